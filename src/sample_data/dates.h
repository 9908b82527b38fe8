// Times of sample data: whole seconds, UTC. Pure functions.
#pragma once

#include <chrono>
#include <string>

#include "foundation/clock.h"

namespace salus::sample_data {

using Seconds = std::chrono::sys_seconds;
using Days = std::chrono::sys_days;

[[nodiscard]] Seconds whole_seconds(WallTime time) noexcept;
[[nodiscard]] Days day_of(Seconds time) noexcept;
// FHIR date: 2026-11-23.
[[nodiscard]] std::string to_date(Days day);
// FHIR dateTime and instant: 2026-11-23T08:15:30Z.
[[nodiscard]] std::string to_date_time(Seconds time);
// Whole years from birth; the 29 February counts as the 1 March in other years.
[[nodiscard]] int age_in_years(Days birth, Days on) noexcept;
[[nodiscard]] int age_in_months(Days birth, Days on) noexcept;

}  // namespace salus::sample_data

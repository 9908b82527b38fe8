// Dates, date-times and times of day with the precision that they were written in
// (https://hl7.org/fhirpath/N1/#date, #datetime, #time). Comparing at different precisions has no
// answer. Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/fhirpath/decimal.h"
#include "foundation/clock.h"

namespace salus::fhir::fhirpath {

enum class Calendar : std::uint8_t { year, month, day, hour, minute, second };

// One of three kinds, which its holder knows. A date ends at day; a time has no date.
struct Moment {
    std::int16_t year = 0;
    std::int16_t zone_minutes = 0;  // east of UTC
    std::uint8_t month = 1;
    std::uint8_t day = 1;
    std::uint8_t hour = 0;
    std::uint8_t minute = 0;
    std::uint8_t second = 0;
    Calendar precision = Calendar::year;
    std::uint8_t fraction_digits = 0;  // of the seconds, as written, 9 at most
    bool has_zone = false;
    std::uint32_t nanosecond = 0;
};
static_assert(sizeof(Moment) == 16);

[[nodiscard]] std::optional<Moment> parse_date(std::string_view text) noexcept;
// A date, and after "T" any part of a time and a zone. 2015T and 2015 are both accepted.
[[nodiscard]] std::optional<Moment> parse_date_time(std::string_view text) noexcept;
[[nodiscard]] std::optional<Moment> parse_time(std::string_view text) noexcept;
// How many characters at the front of the text have the form of a date, date-time or (after "T")
// time, and which. Used by the lexer; parse what it returns.
enum class MomentKind : std::uint8_t { date, date_time, time };
struct MomentForm {
    std::size_t length;
    MomentKind kind;
};
[[nodiscard]] MomentForm moment_form(std::string_view text) noexcept;

[[nodiscard]] Moment moment_of(WallTime time) noexcept;  // UTC, milliseconds
[[nodiscard]] std::string text_of(Moment const& moment, MomentKind kind);

// -1, 0, 1; nothing if the precisions, or the lack of a zone, leave it open.
[[nodiscard]] std::optional<int> compare(Moment const& a, Moment const& b,
                                         MomentKind kind) noexcept;
// The same moment in the same precision (FHIRPath's ~).
[[nodiscard]] bool equivalent(Moment const& a, Moment const& b, MomentKind kind) noexcept;

// Moves by `amount` units (negative: back). Units finer than the precision count as whole ones of
// it. Nothing outside the years 1 to 9999.
enum class Step : std::uint8_t { year, month, week, day, hour, minute, second, millisecond };
[[nodiscard]] std::optional<Moment> moved(Moment const& moment, MomentKind kind, Step unit,
                                          Decimal amount) noexcept;

// The first or last moment that is meant, to so many digits (YYYYMMDDhhmmssfff, or hhmmssfff for a
// time). Nothing if there is no such precision.
enum class Bound : std::uint8_t { low, high };
[[nodiscard]] std::optional<Moment> boundary(Moment const& moment, MomentKind kind, Bound bound,
                                             int digits) noexcept;
[[nodiscard]] int digits_of(Moment const& moment, MomentKind kind) noexcept;

}  // namespace salus::fhir::fhirpath

// datetime("...") and duration("..."): how they are spelled, and what is asked of them (Cedar
// language reference, "datetime" and "duration"). Pure functions; any thread. Private to the room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cedar/value.h"

namespace salus::cedar {

inline constexpr std::int64_t kMillisecondsOfDay = 86'400'000;

// YYYY-MM-DD, or with Thh:mm:ss[.SSS] and Z, +hhmm or -hhmm. Gregorian before 1582 too; no leap
// seconds.
[[nodiscard]] std::optional<DateTime> parse_datetime(std::string_view text) noexcept;
// Nothing if the year is beyond 0000 to 9999, which no datetime("...") spells.
[[nodiscard]] std::optional<std::string> spell(DateTime time);

// -?(Nd)?(Nh)?(Nm)?(Ns)?(Nms)?, with at least one of them, within 64 bits of milliseconds.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text) noexcept;
[[nodiscard]] std::string spell(Duration duration);

// The midnight (UTC) at or before it; nothing if that is beyond 64 bits.
[[nodiscard]] std::optional<DateTime> date_of(DateTime time) noexcept;
// Since that midnight.
[[nodiscard]] Duration time_of(DateTime time) noexcept;

}  // namespace salus::cedar

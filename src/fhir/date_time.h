// FHIR dates and times (https://hl7.org/fhir/R4/datatypes.html#dateTime): their spellings, and the
// span of time that one of a certain precision stands for: 2020-02 is the whole of February.
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace salus::fhir {

enum class Precision : std::uint8_t { year, month, day, minute, second, fraction };

// Nanoseconds since the Unix epoch, UTC, [start, end). Times beyond the range of 64 bits (1677 to
// 2262) are moved to its ends. A date without a zone is taken as UTC.
struct TimeRange {
    std::int64_t start;
    std::int64_t end;
    friend bool operator==(TimeRange const&, TimeRange const&) = default;
};

struct DateTime {
    TimeRange range;
    Precision precision;
    bool has_zone;
};

// Years to fractions of a second; a time needs minutes at least. Nothing for what is not a day of
// the calendar or a time of the day. The seconds may be 60 (leap seconds).
[[nodiscard]] std::optional<DateTime> parse_date_time(std::string_view text) noexcept;

[[nodiscard]] bool is_date(std::string_view text) noexcept;       // YYYY, YYYY-MM, YYYY-MM-DD
[[nodiscard]] bool is_date_time(std::string_view text) noexcept;  // seconds and zone with any time
[[nodiscard]] bool is_instant(std::string_view text) noexcept;    // to the second at least, zone
[[nodiscard]] bool is_time(std::string_view text) noexcept;       // hh:mm:ss with any fraction

}  // namespace salus::fhir

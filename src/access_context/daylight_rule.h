// The rule by which a zone's clocks go on after the last change that its file lists: the value of
// the variable TZ (POSIX.1-2017 section 8.3, with the wider times of RFC 8536 section 3.3.1).
// Thread safety: values, pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace salus::access_context {

class DaylightRule {
public:
    // "CET-1CEST,M3.5.0,M10.5.0/3", "EST5", "<-03>3". Nothing for what is none, and for daylight
    // time without its dates, which POSIX leaves open.
    [[nodiscard]] static std::optional<DaylightRule> parse(std::string_view text);

    // What local time is ahead of UTC then.
    [[nodiscard]] std::chrono::seconds offset(std::chrono::sys_seconds time) const noexcept;

private:
    friend class DaylightRuleReader;
    // A day of each year, and the time of it by the clock that was in force until then.
    struct Change {
        enum class Day : std::uint8_t {
            of_year_without_leap,  // Jn: 1 to 365, February 29 is never counted
            of_year,               // n: 0 to 365
            weekday_of_month       // Mm.w.d: week 5 is the last one
        };
        Day kind = Day::of_year;
        unsigned day = 0;  // of the year; or 0 Sunday to 6
        unsigned week = 0;
        unsigned month = 0;
        std::chrono::seconds time{7200};
        [[nodiscard]] std::chrono::sys_seconds in(std::chrono::year year) const noexcept;
    };
    struct Daylight {
        std::chrono::seconds offset{0};
        Change begins;
        Change ends;
    };
    std::chrono::seconds standard_{0};
    std::optional<Daylight> daylight_;
};

}  // namespace salus::access_context

#include "foundation/clock.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace salus {
namespace {

// Not strftime: its day and month names follow the locale.
constexpr std::array<char const*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::tm utc_calendar(WallTime time) {
    auto const seconds = static_cast<std::time_t>(to_unix_seconds(time));
    std::tm calendar{};
    gmtime_r(&seconds, &calendar);
    return calendar;
}

}  // namespace

WallTime SystemClock::now() const noexcept {
    return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

MonotonicTime SystemClock::monotonic() const noexcept {
    return std::chrono::steady_clock::now();
}

WallTime ManualClock::now() const noexcept {
    return WallTime(std::chrono::nanoseconds(wall_.load()));
}

MonotonicTime ManualClock::monotonic() const noexcept {
    return MonotonicTime(std::chrono::nanoseconds(monotonic_.load()));
}

void ManualClock::advance(std::chrono::nanoseconds step) noexcept {
    wall_ += step.count();
    monotonic_ += step.count();
}

void ManualClock::step_wall(std::chrono::nanoseconds step) noexcept {
    wall_ += step.count();
}

std::string to_instant(WallTime time) {
    auto const calendar = utc_calendar(time);
    auto const whole = std::chrono::floor<std::chrono::seconds>(time);
    auto const milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
    std::array<char, 80> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                    calendar.tm_year + 1900, calendar.tm_mon + 1, calendar.tm_mday,
                                    calendar.tm_hour, calendar.tm_min, calendar.tm_sec,
                                    static_cast<int>(milliseconds)));
    return text.data();
}

std::string to_http_date(WallTime time) {
    auto const calendar = utc_calendar(time);
    std::array<char, 80> text{};
    static_cast<void>(
        std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                      kDays.at(static_cast<std::size_t>(calendar.tm_wday)), calendar.tm_mday,
                      kMonths.at(static_cast<std::size_t>(calendar.tm_mon)).data(),
                      calendar.tm_year + 1900, calendar.tm_hour, calendar.tm_min, calendar.tm_sec));
    return text.data();
}

std::optional<WallTime> from_http_date(std::string_view text) {
    constexpr std::string_view kForm = "Mon, 23 Nov 2026 08:15:30 GMT";
    if (text.size() != kForm.size()) return std::nullopt;
    auto const number = [&](std::size_t at, std::size_t length) {
        int value = 0;
        auto const* begin = text.data() + at;
        auto const parsed = std::from_chars(begin, begin + length, value);
        return parsed.ptr == begin + length ? value : -1;
    };
    auto const* const month = std::ranges::find(kMonths, text.substr(8, 3));
    std::chrono::year_month_day const day(
        std::chrono::year(number(12, 4)),
        std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
        std::chrono::day(static_cast<unsigned>(std::max(number(5, 2), 0))));
    if (!day.ok()) return std::nullopt;
    WallTime const time = std::chrono::sys_days(day) + std::chrono::hours(number(17, 2)) +
                          std::chrono::minutes(number(20, 2)) + std::chrono::seconds(number(23, 2));
    // One spelling: the day of the week is right, and nothing is out of its range.
    if (to_http_date(time) != text) return std::nullopt;
    return time;
}

std::int64_t to_unix_seconds(WallTime time) noexcept {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace salus

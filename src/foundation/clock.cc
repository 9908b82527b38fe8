#include "foundation/clock.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

namespace salus {
namespace {

// English whatever the locale (RFC 9110 section 5.6.7).
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Utc {
    explicit Utc(WallTime time)
        : days(std::chrono::floor<std::chrono::days>(time)),
          date(days),
          clock(std::chrono::floor<std::chrono::milliseconds>(time - days)) {}
    std::chrono::sys_days days;
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<std::chrono::milliseconds> clock;
};

// Digits by hand: printf costs a microsecond, and an answer has several times in it. The text has
// room for them; years outside 0 to 9999 do not occur (limits of the wall clock's nanoseconds).
void put_number(std::span<char> text, std::size_t at, std::int64_t value, std::size_t digits) {
    for (auto i = at + digits; i > at; --i) {
        text[i - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

void put_time(std::span<char> text, std::size_t at, Utc const& utc) {
    put_number(text, at, utc.clock.hours().count(), 2);
    put_number(text, at + 3, utc.clock.minutes().count(), 2);
    put_number(text, at + 6, utc.clock.seconds().count(), 2);
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
    Utc const utc(time);
    std::string text = "0000-00-00T00:00:00.000Z";
    put_number(text, 0, static_cast<int>(utc.date.year()), 4);
    put_number(text, 5, static_cast<unsigned>(utc.date.month()), 2);
    put_number(text, 8, static_cast<unsigned>(utc.date.day()), 2);
    put_time(text, 11, utc);
    put_number(text, 20, utc.clock.subseconds().count(), 3);
    return text;
}

std::string to_http_date(WallTime time) {
    Utc const utc(time);
    std::string text = "Day, 00 Mon 0000 00:00:00 GMT";
    auto const weekday = std::chrono::weekday(utc.days).c_encoding();
    auto const month = static_cast<unsigned>(utc.date.month());
    text.replace(0, 3, kDays.at(weekday));
    put_number(text, 5, static_cast<unsigned>(utc.date.day()), 2);
    text.replace(8, 3, kMonths.at(month - 1));
    put_number(text, 12, static_cast<int>(utc.date.year()), 4);
    put_time(text, 17, utc);
    return text;
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

#include "cedar/datetime.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <limits>

namespace salus::cedar {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::array<Unit, 5> kUnits{{
    {.name = "d", .milliseconds = kMillisecondsOfDay},
    {.name = "h", .milliseconds = kHour},
    {.name = "m", .milliseconds = kMinute},
    {.name = "s", .milliseconds = kSecond},
    {.name = "ms", .milliseconds = 1},
}};

constexpr bool is_digit(char byte) noexcept {
    return byte >= '0' && byte <= '9';
}

// Takes what stands at the front of a text; nothing is taken once something was not there.
class Reading {
public:
    explicit Reading(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
    bool literal(char byte) noexcept {
        good_ = good_ && rest_.starts_with(byte);
        if (good_) rest_.remove_prefix(1);
        return good_;
    }
    // Exactly so many digits.
    int digits(std::size_t count) noexcept {
        int value = 0;
        good_ = good_ && rest_.size() >= count;
        for (std::size_t i = 0; good_ && i < count; ++i) {
            good_ = is_digit(rest_[i]);
            value = value * 10 + (rest_[i] - '0');
        }
        if (good_) rest_.remove_prefix(count);
        return value;
    }

private:
    std::string_view rest_;
    bool good_ = true;
};

std::int64_t clock_milliseconds(Reading& reading, bool& sound) noexcept {
    reading.literal('T');
    auto const hour = reading.digits(2);
    reading.literal(':');
    auto const minute = reading.digits(2);
    reading.literal(':');
    auto const second = reading.digits(2);
    sound = hour < 24 && minute < 60 && second < 60;
    std::int64_t thousandths = 0;
    if (reading.good() && reading.rest().starts_with('.')) {
        reading.literal('.');
        thousandths = reading.digits(3);
    }
    return hour * kHour + minute * kMinute + second * kSecond + thousandths;
}

std::int64_t zone_milliseconds(Reading& reading, bool& sound) noexcept {
    if (!reading.rest().starts_with('+') && !reading.rest().starts_with('-')) {
        reading.literal('Z');
        return 0;
    }
    auto const sign = reading.rest().front() == '-' ? -1 : 1;
    reading.literal(reading.rest().front());
    auto const hour = reading.digits(2);
    auto const minute = reading.digits(2);
    sound = sound && hour < 24 && minute < 60;
    return sign * (hour * kHour + minute * kMinute);
}

// Digits and the unit's name at the front of `text`: taken from it, and added in milliseconds to
// `total`. False: the sum is beyond 64 bits.
bool take(std::string_view& text, Unit const& unit, bool negative, std::int64_t& total) noexcept {
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    auto name = text.substr(digits);
    if (digits == 0 || !name.starts_with(unit.name)) return true;
    if (unit.name == "m" && name.starts_with("ms")) return true;
    std::int64_t count = 0;
    for (auto const digit : text.substr(0, digits)) {
        auto const value = static_cast<std::int64_t>(digit - '0');
        if (__builtin_mul_overflow(count, std::int64_t{10}, &count)) return false;
        if (__builtin_add_overflow(count, negative ? -value : value, &count)) return false;
    }
    text = name.substr(unit.name.size());
    return !__builtin_mul_overflow(count, unit.milliseconds, &count) &&
           !__builtin_add_overflow(total, count, &total);
}

std::string padded(std::int64_t value, std::size_t digits) {
    auto text = std::to_string(value);
    if (text.size() < digits) text.insert(0, digits - text.size(), '0');
    return text;
}

}  // namespace

std::optional<DateTime> parse_datetime(std::string_view text) noexcept {
    Reading reading(text);
    auto const year = reading.digits(4);
    reading.literal('-');
    auto const month = reading.digits(2);
    reading.literal('-');
    auto const day = reading.digits(2);
    if (!reading.good()) return std::nullopt;
    std::chrono::year_month_day const date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    auto const midnight =
        std::chrono::sys_days(date).time_since_epoch().count() * kMillisecondsOfDay;
    if (reading.rest().empty()) return DateTime{midnight};
    bool sound = true;
    auto const clock = clock_milliseconds(reading, sound);
    auto const zone = zone_milliseconds(reading, sound);
    if (!reading.good() || !sound || !reading.rest().empty()) return std::nullopt;
    return DateTime{midnight + clock - zone};
}

std::optional<std::string> spell(DateTime time) {
    auto const since_midnight = time_of(time).milliseconds;
    auto const date = date_of(time);
    if (!date) return std::nullopt;
    auto const days = date->milliseconds / kMillisecondsOfDay;
    constexpr std::int64_t kDays = 4'000'000;  // beyond every year that could be spelled
    if (days < -kDays || days > kDays) return std::nullopt;
    std::chrono::year_month_day const day{
        std::chrono::sys_days(std::chrono::days(static_cast<int>(days)))};
    auto const year = static_cast<int>(day.year());
    if (year < 0 || year > 9'999) return std::nullopt;
    return padded(year, 4) + "-" + padded(static_cast<unsigned>(day.month()), 2) + "-" +
           padded(static_cast<unsigned>(day.day()), 2) + "T" + padded(since_midnight / kHour, 2) +
           ":" + padded(since_midnight % kHour / kMinute, 2) + ":" +
           padded(since_midnight % kMinute / kSecond, 2) + "." +
           padded(since_midnight % kSecond, 3) + "Z";
}

std::optional<Duration> parse_duration(std::string_view text) noexcept {
    auto const negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    for (auto const& unit : kUnits)
        if (!take(text, unit, negative, total)) return std::nullopt;
    if (!text.empty()) return std::nullopt;
    return Duration{total};
}

std::string spell(Duration duration) {
    return std::to_string(duration.milliseconds) + "ms";
}

std::optional<DateTime> date_of(DateTime time) noexcept {
    std::int64_t midnight = 0;
    if (__builtin_sub_overflow(time.milliseconds, time_of(time).milliseconds, &midnight))
        return std::nullopt;
    return DateTime{midnight};
}

Duration time_of(DateTime time) noexcept {
    auto const rest = time.milliseconds % kMillisecondsOfDay;
    return {rest < 0 ? rest + kMillisecondsOfDay : rest};
}

}  // namespace salus::cedar

#include "access_context/daylight_rule.h"

#include <algorithm>

namespace salus::access_context {

using namespace std::chrono_literals;

// Takes one part after the other off the text.
class DaylightRuleReader {
public:
    explicit DaylightRuleReader(std::string_view text) : rest_(text) {}

    std::optional<DaylightRule> rule() {
        DaylightRule rule;
        if (!name() || !west(rule.standard_)) return std::nullopt;
        if (rest_.empty()) return rule;
        DaylightRule::Daylight daylight{.offset = rule.standard_ + 1h, .begins = {}, .ends = {}};
        if (!name()) return std::nullopt;
        if (!rest_.starts_with(',') && !west(daylight.offset)) return std::nullopt;
        if (!change(daylight.begins) || !change(daylight.ends) || !rest_.empty())
            return std::nullopt;
        rule.daylight_ = daylight;
        return rule;
    }

private:
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool number(unsigned least, unsigned most, unsigned& value) {
        constexpr std::size_t kDigitsMost = 3;
        std::size_t digits = 0;
        value = 0;
        while (digits < rest_.size() && digits < kDigitsMost && rest_[digits] >= '0' &&
               rest_[digits] <= '9') {
            value = value * 10 + static_cast<unsigned>(rest_[digits++] - '0');
        }
        rest_.remove_prefix(digits);
        return digits > 0 && value >= least && value <= most;
    }
    // Three letters or more, or others between < and >. What it says is shown to nobody.
    bool name() {
        constexpr std::size_t kShortest = 3;
        if (take('<')) {
            auto const end = rest_.find('>');
            if (end == std::string_view::npos || end < kShortest) return false;
            rest_.remove_prefix(end + 1);
            return true;
        }
        auto const letters = std::ranges::find_if_not(
            rest_, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
        auto const size = static_cast<std::size_t>(letters - rest_.begin());
        rest_.remove_prefix(size);
        return size >= kShortest;
    }
    // [+-]hh[:mm[:ss]]
    bool time(unsigned hours_most, std::chrono::seconds& value) {
        bool const negative = take('-');
        if (!negative) static_cast<void>(take('+'));
        unsigned hours = 0;
        unsigned minutes = 0;
        unsigned seconds = 0;
        if (!number(0, hours_most, hours)) return false;
        if (take(':') && !number(0, 59, minutes)) return false;
        if (take(':') && !number(0, 59, seconds)) return false;
        value = std::chrono::hours(hours) + std::chrono::minutes(minutes) +
                std::chrono::seconds(seconds);
        if (negative) value = -value;
        return true;
    }
    // POSIX counts what UTC is ahead of local time.
    bool west(std::chrono::seconds& ahead) {
        constexpr unsigned kHoursMost = 24;
        if (!time(kHoursMost, ahead)) return false;
        ahead = -ahead;
        return true;
    }
    bool change(DaylightRule::Change& change) {
        constexpr unsigned kHoursMost = 167;
        if (!take(',') || !day(change)) return false;
        return !take('/') || time(kHoursMost, change.time);
    }
    bool day(DaylightRule::Change& change) {
        using Day = DaylightRule::Change::Day;
        if (take('J')) {
            change.kind = Day::of_year_without_leap;
            return number(1, 365, change.day);
        }
        if (!take('M')) return number(0, 365, change.day);
        change.kind = Day::weekday_of_month;
        return number(1, 12, change.month) && take('.') && number(1, 5, change.week) && take('.') &&
               number(0, 6, change.day);
    }

    std::string_view rest_;
};

std::optional<DaylightRule> DaylightRule::parse(std::string_view text) {
    return DaylightRuleReader(text).rule();
}

std::chrono::sys_seconds DaylightRule::Change::in(std::chrono::year year) const noexcept {
    using namespace std::chrono;
    constexpr unsigned kLastWeek = 5;
    constexpr unsigned kMarch = 60;  // its first day, without February 29
    sys_days const first = year / January / 1;
    switch (kind) {
        case Day::of_year_without_leap: {
            bool const after = year.is_leap() && day >= kMarch;
            return first + days(day - 1) + days(after ? 1 : 0) + time;
        }
        case Day::of_year: return first + days(day) + time;
        case Day::weekday_of_month: break;
    }
    auto const of_month = year / std::chrono::month(month);
    auto const date = week == kLastWeek ? sys_days(of_month / weekday(day)[last])
                                        : sys_days(of_month / weekday(day)[week]);
    return date + time;
}

std::chrono::seconds DaylightRule::offset(std::chrono::sys_seconds time) const noexcept {
    if (!daylight_) return standard_;
    using namespace std::chrono;
    auto const year = year_month_day(floor<days>(time + standard_)).year();
    // Each by the clock that it ends.
    auto const begins = daylight_->begins.in(year)-standard_;
    auto const ends = daylight_->ends.in(year)-daylight_->offset;
    // South of the equator it lasts over the new year.
    bool const within =
        begins < ends ? begins <= time && time < ends : begins <= time || time < ends;
    return within ? daylight_->offset : standard_;
}

}  // namespace salus::access_context

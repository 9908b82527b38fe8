#include "fhir/date_time.h"

#include <chrono>
#include <limits>

namespace salus::fhir {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Reads fixed-width parts from the front of a text.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return text_.empty(); }
    bool take(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    // Exactly `width` digits with a value from `least` to `most`.
    bool digits(std::size_t width, int least, int most, int& out) {
        if (text_.size() < width) return false;
        out = 0;
        for (char const c : text_.substr(0, width)) {
            if (c < '0' || c > '9') return false;
            out = out * 10 + (c - '0');
        }
        text_.remove_prefix(width);
        return out >= least && out <= most;
    }
    // One digit or more; nanoseconds and the length of the smallest unit written.
    bool fraction(std::int64_t& nanoseconds, std::int64_t& unit) {
        nanoseconds = 0;
        unit = kSecond;
        bool any = false;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
            any = true;
            if (unit > 1) {
                unit /= 10;
                nanoseconds += (text_.front() - '0') * unit;
            }
            text_.remove_prefix(1);
        }
        return any;
    }

private:
    std::string_view text_;
};

struct Fields {
    int year = 1;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::int64_t nanosecond = 0;
    std::int64_t unit = kSecond;
    int zone_minutes = 0;
    Precision precision = Precision::year;
    bool has_zone = false;
};

bool scan_time(Scanner& scanner, Fields& fields) {
    if (!scanner.digits(2, 0, 23, fields.hour) || !scanner.take(':')) return false;
    if (!scanner.digits(2, 0, 59, fields.minute)) return false;
    fields.precision = Precision::minute;
    if (!scanner.take(':')) return true;
    if (!scanner.digits(2, 0, 60, fields.second)) return false;
    fields.precision = Precision::second;
    if (!scanner.take('.')) return true;
    fields.precision = Precision::fraction;
    return scanner.fraction(fields.nanosecond, fields.unit);
}

bool scan_zone(Scanner& scanner, Fields& fields) {
    if (scanner.at_end()) return true;
    fields.has_zone = true;
    if (scanner.take('Z')) return scanner.at_end();
    bool const west = scanner.take('-');
    if (!west && !scanner.take('+')) return false;
    int hours = 0;
    int minutes = 0;
    if (!scanner.digits(2, 0, 14, hours) || !scanner.take(':')) return false;
    if (!scanner.digits(2, 0, 59, minutes)) return false;
    if (hours == 14 && minutes != 0) return false;
    fields.zone_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
    return scanner.at_end();
}

bool scan(std::string_view text, Fields& fields) {
    Scanner scanner(text);
    if (!scanner.digits(4, 1, 9999, fields.year)) return false;
    if (scanner.at_end()) return true;
    if (!scanner.take('-') || !scanner.digits(2, 1, 12, fields.month)) return false;
    fields.precision = Precision::month;
    if (scanner.at_end()) return true;
    if (!scanner.take('-') || !scanner.digits(2, 1, 31, fields.day)) return false;
    fields.precision = Precision::day;
    auto const day = std::chrono::year(fields.year) /
                     std::chrono::month(static_cast<unsigned>(fields.month)) /
                     std::chrono::day(static_cast<unsigned>(fields.day));
    if (!day.ok()) return false;
    if (scanner.at_end()) return true;
    return scanner.take('T') && scan_time(scanner, fields) && scan_zone(scanner, fields);
}

std::int64_t saturated(std::int64_t seconds, std::int64_t nanoseconds) {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
    if (seconds >= kMost / kSecond) return kMost;
    if (seconds <= kLeast / kSecond) return kLeast;
    return seconds * kSecond + nanoseconds;
}

std::int64_t seconds_of(std::chrono::year_month_day day) {
    return std::int64_t{std::chrono::sys_days(day).time_since_epoch().count()} * 86'400;
}

TimeRange range_of(Fields const& fields) {
    auto const day = std::chrono::year(fields.year) /
                     std::chrono::month(static_cast<unsigned>(fields.month)) /
                     std::chrono::day(static_cast<unsigned>(fields.day));
    auto const date = seconds_of(day);
    auto const start = date +
                       std::int64_t{fields.hour * 60 + fields.minute - fields.zone_minutes} * 60 +
                       fields.second;
    switch (fields.precision) {
        case Precision::year:
            return {saturated(start, 0), saturated(seconds_of(day + std::chrono::years(1)), 0)};
        case Precision::month:
            return {saturated(start, 0), saturated(seconds_of(day + std::chrono::months(1)), 0)};
        case Precision::day: return {saturated(start, 0), saturated(start + 86'400, 0)};
        case Precision::minute: return {saturated(start, 0), saturated(start + 60, 0)};
        case Precision::second: return {saturated(start, 0), saturated(start + 1, 0)};
        case Precision::fraction:
            return {saturated(start, fields.nanosecond),
                    saturated(start, fields.nanosecond + fields.unit)};
    }
    return {};
}

}  // namespace

std::optional<DateTime> parse_date_time(std::string_view text) noexcept {
    Fields fields;
    if (!scan(text, fields)) return std::nullopt;
    return DateTime{range_of(fields), fields.precision, fields.has_zone};
}

bool is_date(std::string_view text) noexcept {
    Fields fields;
    return scan(text, fields) && fields.precision <= Precision::day;
}

bool is_date_time(std::string_view text) noexcept {
    Fields fields;
    if (!scan(text, fields)) return false;
    return fields.precision <= Precision::day ||
           (fields.precision >= Precision::second && fields.has_zone);
}

bool is_instant(std::string_view text) noexcept {
    Fields fields;
    return scan(text, fields) && fields.precision >= Precision::second && fields.has_zone;
}

bool is_time(std::string_view text) noexcept {
    Scanner scanner(text);
    Fields fields;
    return scan_time(scanner, fields) && fields.precision >= Precision::second && scanner.at_end();
}

}  // namespace salus::fhir

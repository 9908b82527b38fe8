#include "fhir/fhirpath/temporal.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace salus::fhir::fhirpath {
namespace {

constexpr int kNanosecondDigits = 9;

// Reads digits and separators from the front of a text.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] bool digits_follow(std::size_t from, int count) const {
        for (int i = 0; i < count; ++i) {
            auto const at = from + static_cast<std::size_t>(i);
            if (at >= text_.size() || text_[at] < '0' || text_[at] > '9') return false;
        }
        return true;
    }
    bool skip(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    // Exactly `count` digits, after `separator` if that is not 0; moves only if all are there.
    std::optional<int> number(char separator, int count) {
        auto from = at_;
        if (separator != 0) {
            if (at_end() || text_[at_] != separator) return std::nullopt;
            ++from;
        }
        if (!digits_follow(from, count)) return std::nullopt;
        int value = 0;
        for (int i = 0; i < count; ++i) value = value * 10 + (text_[from++] - '0');
        at_ = from;
        return value;
    }
    // The digits of a fraction; -1: none.
    int fraction(std::uint32_t& nanosecond) {
        if (at_end() || text_[at_] != '.' || !digits_follow(at_ + 1, 1)) return -1;
        ++at_;
        int count = 0;
        nanosecond = 0;
        for (; digits_follow(at_, 1); ++at_) {
            if (count == kNanosecondDigits) continue;
            nanosecond = nanosecond * 10 + static_cast<std::uint32_t>(text_[at_] - '0');
            ++count;
        }
        for (int i = count; i < kNanosecondDigits; ++i) nanosecond *= 10;
        return count;
    }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

int days_in(int year, int month) {
    auto const last = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                      std::chrono::last;
    return static_cast<int>(static_cast<unsigned>(last.day()));
}

bool read_date(Reader& in, Moment& out) {
    auto const year = in.number(0, 4);
    if (!year || *year == 0) return false;
    out.year = static_cast<std::int16_t>(*year);
    out.precision = Calendar::year;
    auto const month = in.number('-', 2);
    if (!month) return true;
    if (*month < 1 || *month > 12) return false;
    out.month = static_cast<std::uint8_t>(*month);
    out.precision = Calendar::month;
    auto const day = in.number('-', 2);
    if (!day) return true;
    if (*day < 1 || *day > days_in(*year, *month)) return false;
    out.day = static_cast<std::uint8_t>(*day);
    out.precision = Calendar::day;
    return true;
}

bool read_time(Reader& in, Moment& out) {
    auto const hour = in.number(0, 2);
    if (!hour || *hour > 23) return false;
    out.hour = static_cast<std::uint8_t>(*hour);
    out.precision = Calendar::hour;
    auto const minute = in.number(':', 2);
    if (!minute) return true;
    if (*minute > 59) return false;
    out.minute = static_cast<std::uint8_t>(*minute);
    out.precision = Calendar::minute;
    auto const second = in.number(':', 2);
    if (!second) return true;
    if (*second > 60) return false;  // 60: a leap second
    out.second = static_cast<std::uint8_t>(std::min(*second, 59));
    out.precision = Calendar::second;
    if (auto const digits = in.fraction(out.nanosecond); digits > 0)
        out.fraction_digits = static_cast<std::uint8_t>(digits);
    return true;
}

bool read_zone(Reader& in, Moment& out) {
    if (in.skip('Z')) {
        out.has_zone = true;
        return true;
    }
    char const sign = in.peek();
    if (sign != '+' && sign != '-') return true;
    auto const hours = in.number(sign, 2);
    if (!hours) return false;
    auto const minutes = in.number(':', 2);
    if (!minutes || *hours > 14 || *minutes > 59) return false;
    auto const total = *hours * 60 + *minutes;
    out.zone_minutes = static_cast<std::int16_t>(sign == '-' ? -total : total);
    out.has_zone = true;
    return true;
}

std::chrono::sys_days days_of(Moment const& moment) {
    return std::chrono::sys_days{std::chrono::year(moment.year) / std::chrono::month(moment.month) /
                                 std::chrono::day(moment.day)};
}

// Since midnight or, with a date, since the epoch; as written, whatever the zone.
std::int64_t seconds_of(Moment const& moment, MomentKind kind) {
    auto const of_day = moment.hour * 3600 + moment.minute * 60 + moment.second;
    if (kind == MomentKind::time) return of_day;
    return std::int64_t{days_of(moment).time_since_epoch().count()} * 86'400 + of_day;
}

bool set_seconds(Moment& moment, MomentKind kind, std::int64_t seconds) {
    auto days = seconds / 86'400;
    auto of_day = seconds % 86'400;
    if (of_day < 0) {
        of_day += 86'400;
        --days;
    }
    moment.hour = static_cast<std::uint8_t>(of_day / 3600);
    moment.minute = static_cast<std::uint8_t>(of_day / 60 % 60);
    moment.second = static_cast<std::uint8_t>(of_day % 60);
    if (kind == MomentKind::time) return true;
    // Years 1 to 9999.
    if (days < -719'162 || days > 2'932'896) return false;
    std::chrono::year_month_day const date{std::chrono::sys_days{std::chrono::days{days}}};
    moment.year = static_cast<std::int16_t>(static_cast<int>(date.year()));
    moment.month = static_cast<std::uint8_t>(static_cast<unsigned>(date.month()));
    moment.day = static_cast<std::uint8_t>(static_cast<unsigned>(date.day()));
    return true;
}

Moment to_utc(Moment moment) {
    if (moment.zone_minutes == 0) return moment;
    auto const seconds =
        seconds_of(moment, MomentKind::date_time) - moment.zone_minutes * std::int64_t{60};
    auto shifted = moment;
    if (!set_seconds(shifted, MomentKind::date_time, seconds)) return moment;
    return shifted;
}

std::int64_t component(Moment const& moment, Calendar which) {
    switch (which) {
        case Calendar::year: return moment.year;
        case Calendar::month: return moment.month;
        case Calendar::day: return moment.day;
        case Calendar::hour: return moment.hour;
        case Calendar::minute: return moment.minute;
        case Calendar::second:
            return moment.second * std::int64_t{1'000'000'000} + moment.nanosecond;
    }
    return 0;
}

// As written, component by component; nothing if all that both have are equal and one has more.
std::optional<int> order_of(Moment const& a, Moment const& b, MomentKind kind) {
    auto const last = std::min(a.precision, b.precision);
    for (auto const which : {Calendar::year, Calendar::month, Calendar::day, Calendar::hour,
                             Calendar::minute, Calendar::second}) {
        if (kind == MomentKind::time && which < Calendar::hour) continue;
        if (which > last) break;
        auto const left = component(a, which);
        auto const right = component(b, which);
        if (left != right) return left < right ? -1 : 1;
    }
    if (a.precision != b.precision) return std::nullopt;
    return 0;
}

bool has_time(Moment const& moment) {
    return moment.precision >= Calendar::hour;
}

// Without a zone a time may be up to 14 hours earlier and 12 later than it reads as UTC.
std::optional<int> compare_with_open_zone(Moment const& a, Moment const& b) {
    auto const left = seconds_of(to_utc(a), MomentKind::date_time);
    auto const right = seconds_of(to_utc(b), MomentKind::date_time);
    constexpr auto kWidestZone = std::int64_t{15} * 3600;
    if (left + kWidestZone < right) return -1;
    if (right + kWidestZone < left) return 1;
    return std::nullopt;
}

Calendar precision_of(Step unit) {
    switch (unit) {
        case Step::year: return Calendar::year;
        case Step::month: return Calendar::month;
        case Step::week:
        case Step::day: return Calendar::day;
        case Step::hour: return Calendar::hour;
        case Step::minute: return Calendar::minute;
        case Step::second:
        case Step::millisecond: return Calendar::second;
    }
    return Calendar::second;
}

bool move_months(Moment& moment, std::int64_t months) {
    auto const total = (moment.year * std::int64_t{12}) + (moment.month - 1) + months;
    if (total < 12 || total >= std::int64_t{10'000} * 12) return false;
    moment.year = static_cast<std::int16_t>(total / 12);
    moment.month = static_cast<std::uint8_t>(total % 12 + 1);
    moment.day =
        static_cast<std::uint8_t>(std::min<int>(moment.day, days_in(moment.year, moment.month)));
    return true;
}

// Nanoseconds of one unit; months and years have none.
std::int64_t nanoseconds_of(Step unit) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    switch (unit) {
        case Step::week: return kSecond * 86'400 * 7;
        case Step::day: return kSecond * 86'400;
        case Step::hour: return kSecond * 3600;
        case Step::minute: return kSecond * 60;
        case Step::second: return kSecond;
        case Step::millisecond: return kSecond / 1000;
        case Step::year:
        case Step::month: break;
    }
    return 0;
}

bool move_time(Moment& moment, MomentKind kind, Step unit, Decimal amount) {
    auto const exact = Decimal::multiply(amount, Decimal(nanoseconds_of(unit)));
    auto const total = exact ? exact->truncated() : std::nullopt;
    if (!total) return false;
    constexpr std::int64_t kSecond = 1'000'000'000;
    auto seconds = *total / kSecond;
    auto nanoseconds = *total % kSecond + moment.nanosecond;
    if (nanoseconds < 0) {
        nanoseconds += kSecond;
        --seconds;
    } else if (nanoseconds >= kSecond) {
        nanoseconds -= kSecond;
        ++seconds;
    }
    moment.nanosecond = static_cast<std::uint32_t>(nanoseconds);
    if (moment.nanosecond != 0 && moment.fraction_digits < 3) moment.fraction_digits = 3;
    return set_seconds(moment, kind, seconds_of(moment, kind) + seconds);
}

struct WholeUnit {
    Step step;
    std::int64_t seconds;
};

// A year has 365 days and a month 30 (https://hl7.org/fhirpath/N1/#datetime-arithmetic).
WholeUnit whole_unit(Calendar precision) {
    switch (precision) {
        case Calendar::year: return {Step::year, std::int64_t{365} * 86'400};
        case Calendar::month: return {Step::month, std::int64_t{30} * 86'400};
        case Calendar::day: return {Step::day, 86'400};
        case Calendar::hour: return {Step::hour, 3600};
        case Calendar::minute: return {Step::minute, 60};
        case Calendar::second: break;
    }
    return {Step::second, 1};
}

// To whole units of the moment's own precision: @2014 + 24 months is two years later.
void coarsen(Calendar precision, Step& unit, std::int64_t& amount) {
    auto const whole = whole_unit(precision);
    if (unit == Step::month) {
        amount /= 12;
    } else {
        amount = amount * (nanoseconds_of(unit) / 1'000'000'000) / whole.seconds;
    }
    unit = whole.step;
}

void append_number(std::string& out, int value, int width) {
    auto text = std::to_string(value);
    out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(text.size()))), '0');
    out += text;
}

void append_time(std::string& out, Moment const& moment) {
    append_number(out, moment.hour, 2);
    if (moment.precision < Calendar::minute) return;
    out.push_back(':');
    append_number(out, moment.minute, 2);
    if (moment.precision < Calendar::second) return;
    out.push_back(':');
    append_number(out, moment.second, 2);
    if (moment.fraction_digits == 0) return;
    auto fraction = std::to_string(moment.nanosecond);
    fraction.insert(0, kNanosecondDigits - fraction.size(), '0');
    out.push_back('.');
    out.append(fraction, 0, moment.fraction_digits);
}

struct DigitsOfPrecision {
    int digits;
    Calendar precision;
    std::uint8_t fraction;
};
constexpr std::array<DigitsOfPrecision, 7> kDigits = {{{4, Calendar::year, 0},
                                                       {6, Calendar::month, 0},
                                                       {8, Calendar::day, 0},
                                                       {10, Calendar::hour, 0},
                                                       {12, Calendar::minute, 0},
                                                       {14, Calendar::second, 0},
                                                       {17, Calendar::second, 3}}};
constexpr int kDateDigits = 8;

}  // namespace

std::optional<Moment> parse_date(std::string_view text) noexcept {
    Reader in(text);
    Moment moment;
    if (!read_date(in, moment) || !in.at_end()) return std::nullopt;
    return moment;
}

std::optional<Moment> parse_date_time(std::string_view text) noexcept {
    Reader in(text);
    Moment moment;
    if (!read_date(in, moment)) return std::nullopt;
    if (in.skip('T') && !in.at_end()) {
        if (moment.precision != Calendar::day || !read_time(in, moment)) return std::nullopt;
        if (!read_zone(in, moment)) return std::nullopt;
    }
    if (!in.at_end()) return std::nullopt;
    return moment;
}

std::optional<Moment> parse_time(std::string_view text) noexcept {
    Reader in(text);
    in.skip('T');
    Moment moment;
    if (!read_time(in, moment) || !in.at_end()) return std::nullopt;
    return moment;
}

MomentForm moment_form(std::string_view text) noexcept {
    Reader in(text);
    Moment ignored;
    std::uint32_t fraction = 0;
    if (!in.skip('T')) {
        auto const date_parts = in.number(0, 4) && in.number('-', 2) && in.number('-', 2);
        if (in.peek() != 'T') return {in.position(), MomentKind::date};
        in.skip('T');
        if (!date_parts || !in.digits_follow(in.position(), 2))
            return {in.position(), MomentKind::date_time};
        if (in.number(0, 2) && in.number(':', 2) && in.number(':', 2)) (void)in.fraction(fraction);
        (void)read_zone(in, ignored);
        return {in.position(), MomentKind::date_time};
    }
    if (in.number(0, 2) && in.number(':', 2) && in.number(':', 2)) (void)in.fraction(fraction);
    return {in.position(), MomentKind::time};
}

Moment moment_of(WallTime time) noexcept {
    using namespace std::chrono;
    auto const since = time.time_since_epoch();
    auto const whole = floor<seconds>(since);
    Moment moment;
    moment.precision = Calendar::second;
    moment.has_zone = true;
    moment.fraction_digits = 3;
    moment.nanosecond =
        static_cast<std::uint32_t>(floor<milliseconds>(since - whole).count() * 1'000'000);
    (void)set_seconds(moment, MomentKind::date_time, whole.count());
    return moment;
}

std::string text_of(Moment const& moment, MomentKind kind) {
    std::string out;
    if (kind == MomentKind::time) {
        append_time(out, moment);
        return out;
    }
    append_number(out, moment.year, 4);
    if (moment.precision >= Calendar::month) {
        out.push_back('-');
        append_number(out, moment.month, 2);
    }
    if (moment.precision >= Calendar::day) {
        out.push_back('-');
        append_number(out, moment.day, 2);
    }
    if (!has_time(moment)) return out;
    out.push_back('T');
    append_time(out, moment);
    if (!moment.has_zone) return out;
    if (moment.zone_minutes == 0) return out + "Z";
    out.push_back(moment.zone_minutes < 0 ? '-' : '+');
    auto const minutes = moment.zone_minutes < 0 ? -moment.zone_minutes : moment.zone_minutes;
    append_number(out, minutes / 60, 2);
    out.push_back(':');
    append_number(out, minutes % 60, 2);
    return out;
}

std::optional<int> compare(Moment const& a, Moment const& b, MomentKind kind) noexcept {
    if (kind == MomentKind::time || !has_time(a) || !has_time(b)) return order_of(a, b, kind);
    if (a.has_zone != b.has_zone) return compare_with_open_zone(a, b);
    if (a.zone_minutes == b.zone_minutes) return order_of(a, b, kind);
    return order_of(to_utc(a), to_utc(b), kind);
}

bool equivalent(Moment const& a, Moment const& b, MomentKind kind) noexcept {
    return a.precision == b.precision && compare(a, b, kind) == 0;
}

std::optional<Moment> moved(Moment const& moment, MomentKind kind, Step unit,
                            Decimal amount) noexcept {
    auto result = moment;
    if (precision_of(unit) == Calendar::second && moment.precision == Calendar::second) {
        if (!move_time(result, kind, unit, amount)) return std::nullopt;
        return result;
    }
    auto whole = amount.truncated();
    if (unit == Step::millisecond && whole) {
        *whole /= 1000;
        unit = Step::second;
    }
    // Nobody moves a date by more than all of time.
    constexpr std::int64_t kMost = 1'000'000'000'000;
    if (!whole || *whole > kMost || *whole < -kMost) return std::nullopt;
    if (precision_of(unit) > moment.precision) coarsen(moment.precision, unit, *whole);
    bool fits = false;
    if (unit == Step::year || unit == Step::month) {
        if (kind == MomentKind::time) return std::nullopt;
        fits = move_months(result, unit == Step::year ? *whole * 12 : *whole);
    } else {
        fits = move_time(result, kind, unit, Decimal(*whole));
    }
    if (!fits) return std::nullopt;
    return result;
}

std::optional<Moment> boundary(Moment const& moment, MomentKind kind, Bound bound,
                               int digits) noexcept {
    auto const skipped = kind == MomentKind::time ? kDateDigits : 0;
    auto const* const found =
        std::ranges::find(kDigits, digits + skipped, &DigitsOfPrecision::digits);
    if (found == kDigits.end() || (kind == MomentKind::date && digits > kDateDigits) ||
        (kind == MomentKind::time && digits < 2))
        return std::nullopt;
    bool const high = bound == Bound::high;
    auto result = moment;
    if (moment.precision < Calendar::month) result.month = high ? 12 : 1;
    if (moment.precision < Calendar::day)
        result.day = static_cast<std::uint8_t>(high ? days_in(result.year, result.month) : 1);
    if (!has_time(moment)) result.hour = high ? 23 : 0;
    if (moment.precision < Calendar::minute) result.minute = high ? 59 : 0;
    if (moment.precision < Calendar::second) result.second = high ? 59 : 0;
    if (moment.precision < Calendar::second || moment.fraction_digits == 0)
        result.nanosecond = high ? 999'000'000 : 0;
    if (kind == MomentKind::date_time && !moment.has_zone) {
        result.has_zone = true;
        result.zone_minutes = high ? -12 * 60 : 14 * 60;
    }
    result.precision = found->precision;
    result.fraction_digits = std::max<std::uint8_t>(
        found->fraction, found->precision == Calendar::second && found->fraction != 0
                             ? moment.fraction_digits
                             : std::uint8_t{0});
    return result;
}

int digits_of(Moment const& moment, MomentKind kind) noexcept {
    auto const fraction = moment.fraction_digits > 0 ? std::uint8_t{3} : std::uint8_t{0};
    for (auto const& each : kDigits) {
        if (each.precision == moment.precision && each.fraction == fraction)
            return each.digits - (kind == MomentKind::time ? kDateDigits : 0);
    }
    return 0;
}

}  // namespace salus::fhir::fhirpath

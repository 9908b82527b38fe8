#include "sample_data/dates.h"

namespace salus::sample_data {
namespace {

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
    auto const digits = std::to_string(value);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

}  // namespace

Seconds whole_seconds(WallTime time) noexcept {
    return std::chrono::floor<std::chrono::seconds>(time);
}

Days day_of(Seconds time) noexcept {
    return std::chrono::floor<std::chrono::days>(time);
}

std::string to_date(Days day) {
    std::chrono::year_month_day const date(day);
    std::string out;
    append_padded(out, static_cast<int>(date.year()), 4);
    out += '-';
    append_padded(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_padded(out, static_cast<unsigned>(date.day()), 2);
    return out;
}

std::string to_date_time(Seconds time) {
    auto const day = day_of(time);
    std::chrono::hh_mm_ss const clock(time - day);
    auto out = to_date(day) + "T";
    append_padded(out, clock.hours().count(), 2);
    out += ':';
    append_padded(out, clock.minutes().count(), 2);
    out += ':';
    append_padded(out, clock.seconds().count(), 2);
    return out + "Z";
}

int age_in_months(Days birth, Days on) noexcept {
    std::chrono::year_month_day const from(birth);
    std::chrono::year_month_day const to(on);
    auto const years = static_cast<int>(to.year()) - static_cast<int>(from.year());
    auto const months = static_cast<int>(static_cast<unsigned>(to.month())) -
                        static_cast<int>(static_cast<unsigned>(from.month()));
    return years * 12 + months - (to.day() < from.day() ? 1 : 0);
}

int age_in_years(Days birth, Days on) noexcept {
    return age_in_months(birth, on) / 12;
}

}  // namespace salus::sample_data

#include "sign_in/dates.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace salus::sign_in {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

// The digits as a number; nothing for anything else.
std::optional<std::size_t> number_in(std::string_view digits) {
    std::size_t number = 0;
    auto const* const end = digits.data() + digits.size();
    auto const [rest, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc() || rest != end) return std::nullopt;
    return number;
}

}  // namespace

std::string date_in_words(std::string_view date) {
    bool const has_day = date.size() == 10 && date[7] == '-';
    bool const has_month = (date.size() == 7 || has_day) && date[4] == '-';
    auto const month = has_month ? number_in(date.substr(5, 2)) : std::nullopt;
    auto const day = has_day ? number_in(date.substr(8)) : std::nullopt;
    if (!month || *month < 1 || *month > kMonths.size() || has_day != day.has_value())
        return std::string(date);
    auto words = day ? std::to_string(*day) + " " : std::string();
    words.append(kMonths[*month - 1]).append(" ").append(date.substr(0, 4));
    return words;
}

void instant(pages::Html& html, WallTime time) {
    auto const text = to_instant(time);
    html.open("time", {{"datetime", text}});
    html.text(date_in_words(std::string_view(text).substr(0, 10)));
    html.text(", ").text(std::string_view(text).substr(11, 5)).raw(" UTC</time>");
}

}  // namespace salus::sign_in

#include "fhir/decimal_value.h"

#include <charconv>
#include <cstdint>
#include <string>

namespace salus::fhir {
namespace {

// digits * 10^exponent, without leading or trailing zeros; zero has no digits.
struct Decimal {
    bool negative = false;
    std::string digits;
    std::int64_t exponent = 0;
    friend bool operator==(Decimal const&, Decimal const&) = default;
};

Decimal read(std::string_view text) {
    Decimal decimal;
    decimal.negative = text.starts_with('-');
    if (decimal.negative) text.remove_prefix(1);
    auto const mark = text.find_first_of("eE");
    if (mark != std::string_view::npos) {
        auto exponent = text.substr(mark + 1);
        if (exponent.starts_with('+')) exponent.remove_prefix(1);
        std::from_chars(exponent.data(), exponent.data() + exponent.size(), decimal.exponent);
        text = text.substr(0, mark);
    }
    auto const point = text.find('.');
    decimal.digits = text.substr(0, point);
    if (point != std::string_view::npos) {
        auto const fraction = text.substr(point + 1);
        decimal.digits += fraction;
        decimal.exponent -= static_cast<std::int64_t>(fraction.size());
    }
    while (decimal.digits.ends_with('0')) {
        decimal.digits.pop_back();
        ++decimal.exponent;
    }
    decimal.digits.erase(0, decimal.digits.find_first_not_of('0'));
    return decimal.digits.empty() ? Decimal() : decimal;
}

}  // namespace

bool same_decimal(std::string_view a, std::string_view b) {
    return a == b || read(a) == read(b);
}

}  // namespace salus::fhir

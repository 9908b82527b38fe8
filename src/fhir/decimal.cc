#include "fhir/decimal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "foundation/limits.h"

namespace salus::fhir {
namespace {

constexpr int kExponentBound = 100'000;

// digits * 10^exponent; digits without leading zeros, empty for zero.
struct Number {
    bool negative = false;
    std::string digits;
    int exponent = 0;
    bool scaled = false;  // an exponent above zero was written
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Moves the digits at the front of `text` to `out`; false if there are none.
bool take_digits(std::string_view& text, std::string& out) {
    auto const end = std::ranges::find_if_not(text, is_digit);
    auto const size = static_cast<std::size_t>(end - text.begin());
    out.append(text.substr(0, size));
    text.remove_prefix(size);
    return size > 0;
}

bool take_exponent(std::string_view text, Number& number) {
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    int exponent = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
    if (exponent < -kExponentBound || exponent > kExponentBound) return false;
    number.scaled = exponent > 0;
    number.exponent += exponent;
    return true;
}

std::optional<Number> parse(std::string_view text) {
    if (text.size() > limits::kDecimalBytes) return std::nullopt;
    Number number;
    number.negative = text.starts_with('-');
    if (number.negative) text.remove_prefix(1);
    if (!take_digits(text, number.digits)) return std::nullopt;
    if (number.digits.size() > 1 && number.digits.front() == '0') return std::nullopt;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        auto const whole = number.digits.size();
        if (!take_digits(text, number.digits)) return std::nullopt;
        number.exponent = -static_cast<int>(number.digits.size() - whole);
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        if (!take_exponent(text, number)) return std::nullopt;
    } else if (!text.empty()) {
        return std::nullopt;
    }
    number.digits.erase(0, std::min(number.digits.find_first_not_of('0'), number.digits.size()));
    return number;
}

// A first byte for sign and size, the place of the first digit, then the digits; of negative
// numbers all of it complemented, with an end that is greater than every digit.
std::string key_of(Number const& number) {
    auto digits = number.digits.substr(0, number.digits.find_last_not_of('0') + 1);
    if (digits.empty()) return "\x80";
    auto const place = number.exponent + static_cast<int>(number.digits.size());
    auto const biased = static_cast<std::uint32_t>(place) + 0x8000'0000U;
    std::string key;
    for (int shift = 24; shift >= 0; shift -= 8)
        key.push_back(static_cast<char>((biased >> static_cast<unsigned>(shift)) & 0xffU));
    key += digits;
    if (!number.negative) return "\xc0" + key;
    for (char& c : key) c = static_cast<char>(~static_cast<unsigned char>(c));
    return "\x40" + key + "\xff";
}

// REQUIRES: not zero.
void decrement(std::string& digits) {
    for (auto at = digits.size(); at > 0; --at) {
        if (digits[at - 1] != '0') {
            --digits[at - 1];
            break;
        }
        digits[at - 1] = '9';
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
}

std::string times(std::string const& digits, int factor) {
    std::string product;
    int carry = 0;
    for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
        carry += (*at - '0') * factor;
        product.push_back(static_cast<char>('0' + carry % 10));
        carry /= 10;
    }
    for (; carry > 0; carry /= 10) product.push_back(static_cast<char>('0' + carry % 10));
    std::ranges::reverse(product);
    return product;
}

// The keys of two sizes with one sign, the smaller size first.
DecimalRange between(Number const& number, std::string smaller, std::string larger, int exponent) {
    auto near = key_of({number.negative, std::move(smaller), exponent});
    auto far = key_of({number.negative, std::move(larger), exponent});
    if (number.negative) std::swap(near, far);
    return {std::move(near), std::move(far)};
}

}  // namespace

std::optional<std::string> decimal_key(std::string_view text) {
    auto const number = parse(text);
    if (!number) return std::nullopt;
    return key_of(*number);
}

std::optional<DecimalRange> implied_range(std::string_view text) {
    auto number = parse(text);
    if (!number) return std::nullopt;
    if (number->scaled) {
        if (!number->digits.empty()) number->digits.push_back('0');
        --number->exponent;
    }
    auto const exponent = number->exponent - 1;
    if (number->digits.empty())
        return DecimalRange{key_of({true, "5", exponent}), key_of({false, "5", exponent})};
    auto smaller = number->digits;
    decrement(smaller);
    smaller.push_back('5');
    return between(*number, std::move(smaller), number->digits + "5", exponent);
}

std::optional<DecimalRange> approximate_range(std::string_view text) {
    auto const number = parse(text);
    if (!number) return std::nullopt;
    return between(*number, times(number->digits, 9), times(number->digits, 11),
                   number->exponent - 1);
}

}  // namespace salus::fhir

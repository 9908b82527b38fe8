#include "fhir/fhirpath/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace salus::fhir::fhirpath {
namespace {

constexpr int kMaxPower = 38;

constexpr std::array<Int128, kMaxPower + 1> make_powers() {
    std::array<Int128, kMaxPower + 1> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}
constexpr auto kPowers = make_powers();

Int128 power_of_ten(int exponent) {
    return kPowers[static_cast<std::size_t>(exponent)];
}

std::optional<Int128> product(Int128 a, Int128 b) {
    Int128 result = 0;
    if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
    if (result > power_of_ten(kMaxPower) || result < -power_of_ten(kMaxPower)) return std::nullopt;
    return result;
}

std::optional<Int128> shifted(Int128 digits, int places) {
    if (digits == 0) return 0;
    if (places > kMaxPower) return std::nullopt;
    return product(digits, power_of_ten(places));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) noexcept {
    std::size_t at = 0;
    bool const negative = !text.empty() && text[0] == '-';
    if (negative || (!text.empty() && text[0] == '+')) ++at;
    Int128 digits = 0;
    std::int64_t scale = 0;
    std::size_t count = 0;
    bool fraction = false;
    for (; at < text.size(); ++at) {
        if (text[at] == '.' && !fraction && count > 0) {
            fraction = true;
            continue;
        }
        if (!is_digit(text[at])) break;
        if (digits >= power_of_ten(kMaxPower - 1)) return std::nullopt;
        digits = digits * 10 + (text[at] - '0');
        if (fraction) ++scale;
        ++count;
    }
    if (count == 0 || (fraction && scale == 0)) return std::nullopt;
    if (at < text.size()) {
        if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
        auto exponent = text.substr(at + 1);
        if (exponent.starts_with('+')) exponent.remove_prefix(1);
        int shift = 0;
        auto const [end, error] =
            std::from_chars(exponent.data(), exponent.data() + exponent.size(), shift);
        if (error != std::errc{} || end != exponent.data() + exponent.size()) return std::nullopt;
        scale -= shift;
    }
    if (scale > kMaxScale) return std::nullopt;
    if (scale < 0) {
        if (scale < -kMaxPower) return std::nullopt;
        auto const wide = shifted(digits, static_cast<int>(-scale));
        if (!wide) return std::nullopt;
        digits = *wide;
        scale = 0;
    }
    return Decimal(negative ? -digits : digits, static_cast<int>(scale));
}

std::optional<Decimal> Decimal::from_double(double value) {
    if (!std::isfinite(value)) return std::nullopt;
    std::array<char, 64> buffer{};
    auto const [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            std::chars_format::scientific, 14);
    if (error != std::errc{}) return std::nullopt;
    std::string_view const text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    // The digits after the point that fit: small numbers lose their last ones.
    auto const exponent = text.find('e');
    int power = 0;
    auto digits = text.substr(exponent + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::from_chars(digits.data(), digits.data() + digits.size(), power);
    auto mantissa = parse(text.substr(0, exponent));
    if (!mantissa) return std::nullopt;
    auto result = mantissa->shortest();
    if (power < -kMaxScale) return Decimal(0);
    if (result.scale_ - power > kMaxScale) {
        auto const kept = result.with_scale(kMaxScale + power, Rounding::half_away);
        if (!kept) return std::nullopt;
        result = *kept;
    }
    result.scale_ -= power;
    if (result.scale_ < 0) {
        auto const wide = shifted(result.digits_, -result.scale_);
        if (!wide) return std::nullopt;
        result = Decimal(*wide, 0);
    }
    return result.shortest();
}

Decimal Decimal::unit_of(int scale) noexcept {
    return {Int128{1}, scale};
}

std::string Decimal::text() const {
    auto rest = digits_ < 0 ? -digits_ : digits_;
    std::string reversed;
    for (int place = 0; rest > 0 || place <= scale_; ++place) {
        if (place == scale_ && scale_ > 0) reversed.push_back('.');
        reversed.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
        rest /= 10;
    }
    if (digits_ < 0) reversed.push_back('-');
    std::ranges::reverse(reversed);
    return reversed;
}

double Decimal::to_double() const noexcept {
    return static_cast<double>(static_cast<long double>(digits_) /
                               static_cast<long double>(power_of_ten(scale_)));
}

std::optional<std::int64_t> Decimal::truncated() const noexcept {
    auto const whole = digits_ / power_of_ten(scale_);
    if (whole > INT64_MAX || whole < INT64_MIN) return std::nullopt;
    return static_cast<std::int64_t>(whole);
}

bool Decimal::is_whole() const noexcept {
    return digits_ % power_of_ten(scale_) == 0;
}

std::optional<Decimal> Decimal::with_scale(int scale, Rounding rounding) const noexcept {
    if (scale < 0 || scale > kMaxScale) return std::nullopt;
    if (scale >= scale_) {
        auto const wide = shifted(digits_, scale - scale_);
        if (!wide) return std::nullopt;
        return Decimal(*wide, scale);
    }
    auto const divisor = power_of_ten(scale_ - scale);
    auto quotient = digits_ / divisor;
    auto const rest = digits_ % divisor;
    switch (rounding) {
        case Rounding::half_away:
            if ((rest < 0 ? -rest : rest) * 2 >= divisor) quotient += digits_ < 0 ? -1 : 1;
            break;
        case Rounding::down: quotient -= rest < 0 ? 1 : 0; break;
        case Rounding::up: quotient += rest > 0 ? 1 : 0; break;
    }
    return Decimal(quotient, scale);
}

Decimal Decimal::shortest() const noexcept {
    auto result = *this;
    while (result.scale_ > 0 && result.digits_ % 10 == 0) {
        result.digits_ /= 10;
        --result.scale_;
    }
    return result;
}

Decimal Decimal::negated() const noexcept {
    return {-digits_, scale_};
}

std::optional<Decimal> Decimal::add(Decimal a, Decimal b) noexcept {
    auto const scale = std::max(a.scale_, b.scale_);
    auto const left = shifted(a.digits_, scale - a.scale_);
    auto const right = shifted(b.digits_, scale - b.scale_);
    if (!left || !right) return std::nullopt;
    auto sum = *left;
    if (__builtin_add_overflow(*left, *right, &sum)) return std::nullopt;
    if (sum > power_of_ten(kMaxPower) || sum < -power_of_ten(kMaxPower)) return std::nullopt;
    return Decimal(sum, scale);
}

std::optional<Decimal> Decimal::multiply(Decimal a, Decimal b) noexcept {
    auto digits = product(a.digits_, b.digits_);
    if (!digits || a.scale_ + b.scale_ > kMaxScale) {
        a = a.shortest();
        b = b.shortest();
        digits = product(a.digits_, b.digits_);
    }
    if (!digits || a.scale_ + b.scale_ > kMaxScale) return std::nullopt;
    return Decimal(*digits, a.scale_ + b.scale_);
}

std::optional<Decimal> Decimal::divide(Decimal a, Decimal b) noexcept {
    if (b.is_zero()) return std::nullopt;
    a = a.shortest();
    b = b.shortest();
    // (da / 10^sa) / (db / 10^sb): with k more digits, the quotient has the scale sa - sb + k.
    for (int scale = kQuotientScale; scale >= 0; --scale) {
        auto const places = scale - a.scale_ + b.scale_;
        if (places < 0) break;
        auto const numerator = shifted(a.digits_, places);
        if (!numerator) continue;
        auto quotient = *numerator / b.digits_;
        auto const rest = *numerator % b.digits_;
        auto const magnitude = b.digits_ < 0 ? -b.digits_ : b.digits_;
        auto const left = rest < 0 ? -rest : rest;
        bool const negative = (a.digits_ < 0) != (b.digits_ < 0);
        if (left >= magnitude - left) quotient += negative ? -1 : 1;
        return Decimal(quotient, scale).shortest();
    }
    // More digits than a quotient keeps: those of a that count are its first.
    auto const kept = a.with_scale(std::min(a.scale_, kQuotientScale), Rounding::half_away);
    if (!kept || kept->scale_ == a.scale_) return std::nullopt;
    return divide(*kept, b);
}

std::optional<Decimal> Decimal::remainder(Decimal a, Decimal b) noexcept {
    if (b.is_zero()) return std::nullopt;
    auto const scale = std::max(a.scale_, b.scale_);
    auto const left = shifted(a.digits_, scale - a.scale_);
    auto const right = shifted(b.digits_, scale - b.scale_);
    if (!left || !right) return std::nullopt;
    return Decimal(*left % *right, scale);
}

std::optional<Decimal> Decimal::power(Decimal base, std::int64_t exponent) noexcept {
    Decimal result(1);
    std::optional<Decimal> square = base;
    while (exponent > 0) {
        if (!square) return std::nullopt;
        if (exponent % 2 == 1) {
            auto const next = multiply(result, *square);
            if (!next) return std::nullopt;
            result = *next;
        }
        exponent /= 2;
        if (exponent > 0) square = multiply(*square, *square);
    }
    return result;
}

std::strong_ordering operator<=>(Decimal a, Decimal b) noexcept {
    if (a.scale_ == b.scale_) return a.digits_ <=> b.digits_;
    // Whole parts first: the fractions, brought to one scale, cannot overflow.
    auto const whole = a.digits_ / power_of_ten(a.scale_) <=> b.digits_ / power_of_ten(b.scale_);
    if (whole != 0) return whole;
    auto const scale = std::max(a.scale_, b.scale_);
    auto const left = a.digits_ % power_of_ten(a.scale_) * power_of_ten(scale - a.scale_);
    auto const right = b.digits_ % power_of_ten(b.scale_) * power_of_ten(scale - b.scale_);
    return left <=> right;
}

}  // namespace salus::fhir::fhirpath

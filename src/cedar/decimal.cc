#include "cedar/decimal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace salus::cedar {
namespace {

constexpr std::size_t kPlaces = 4;
constexpr std::uint64_t kUnits = 10'000;
constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

bool is_digits(std::string_view text) noexcept {
    return !text.empty() &&
           std::ranges::all_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) noexcept {
    auto const negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    auto const point = text.find('.');
    if (point == std::string_view::npos) return std::nullopt;
    auto const whole = text.substr(0, point);
    auto const fraction = text.substr(point + 1);
    if (!is_digits(whole) || !is_digits(fraction) || fraction.size() > kPlaces) return std::nullopt;
    // -2^63 has no positive counterpart, so that the magnitude may be one more.
    auto const bound = kLargest + (negative ? 1 : 0);
    std::uint64_t magnitude = 0;
    auto const append = [&](unsigned digit) {
        if (magnitude > (bound - digit) / 10) return false;
        magnitude = magnitude * 10 + digit;
        return true;
    };
    for (auto const digit : whole)
        if (!append(static_cast<unsigned>(digit - '0'))) return std::nullopt;
    for (std::size_t i = 0; i < kPlaces; ++i) {
        auto const digit = i < fraction.size() ? fraction[i] : '0';
        if (!append(static_cast<unsigned>(digit - '0'))) return std::nullopt;
    }
    return Decimal{static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude)};
}

std::string spell(Decimal decimal) {
    auto const bits = static_cast<std::uint64_t>(decimal.value);
    auto const magnitude = decimal.value < 0 ? 0 - bits : bits;
    auto fraction = std::to_string(magnitude % kUnits);
    fraction.insert(0, kPlaces - fraction.size(), '0');
    while (fraction.size() > 1 && fraction.back() == '0') fraction.pop_back();
    return (decimal.value < 0 ? "-" : "") + std::to_string(magnitude / kUnits) + "." + fraction;
}

}  // namespace salus::cedar

// Decimal numbers as search compares them (https://hl7.org/fhir/R4/search.html#number): exactly, of
// any size, never through a double. A number becomes a key: bytes that compare, as unsigned bytes,
// the way the numbers do; so matching compares texts and allocates nothing.
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace salus::fhir {

// Less than, greater than every number's key.
inline constexpr std::string_view kLeastDecimal{};
inline constexpr std::string_view kGreatestDecimal = "\xff";

// A number as JSON spells it; nothing for anything else, or beyond limits::kDecimalBytes.
[[nodiscard]] std::optional<std::string> decimal_key(std::string_view text);

// Keys of the range [low, high).
struct DecimalRange {
    std::string low;
    std::string high;
};

// What a number stands for by the digits it is written with: 5.4 is [5.35, 5.45). With an exponent
// above zero half of the next smaller unit counts, as in the specification's example: 1e2 is
// [95, 105).
[[nodiscard]] std::optional<DecimalRange> implied_range(std::string_view text);
// A tenth of its size to either side.
[[nodiscard]] std::optional<DecimalRange> approximate_range(std::string_view text);

}  // namespace salus::fhir

// Quantities and the units that are understood: the calendar's words and the part of UCUM
// (https://ucum.org/ucum) that health records use: metric prefixes, products, quotients, powers,
// parentheses, annotations. Units of another kind are only ever equal to themselves.
// Thread safety: values and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/fhirpath/decimal.h"
#include "fhir/fhirpath/temporal.h"

namespace salus::fhir::fhirpath {

struct Quantity {
    Decimal value;
    std::string_view unit;  // UCUM code, or the calendar's word in the singular ("week")
    bool calendar = false;  // written without quotes: 1 year is not 1 'a'
};

// A unit as a multiple of base units.
struct UnitMeaning {
    static constexpr std::size_t kDimensions = 11;
    Decimal factor{1};
    Decimal divisor{1};
    std::array<std::int8_t, kDimensions> dimensions{};
};

// Nothing: not understood.
[[nodiscard]] std::optional<UnitMeaning> meaning_of(std::string_view ucum) noexcept;

// "weeks" -> "week"; empty: not a word of the calendar.
[[nodiscard]] std::string_view calendar_word(std::string_view word) noexcept;
// The unit by which dates move: the calendar's words, quoted or not, and UCUM's d, wk, h, min, s,
// ms. Nothing for 'a' and 'mo', which are not a calendar's years and months.
[[nodiscard]] std::optional<Step> step_of(std::string_view unit) noexcept;

// -1, 0, 1; nothing if the units cannot be compared.
[[nodiscard]] std::optional<int> compare(Quantity const& a, Quantity const& b) noexcept;
// Equal after rounding to the lesser precision (FHIRPath's ~).
[[nodiscard]] bool equivalent(Quantity const& a, Quantity const& b) noexcept;
[[nodiscard]] bool comparable(Quantity const& a, Quantity const& b) noexcept;
// `quantity` in another unit; nothing if that cannot be.
[[nodiscard]] std::optional<Decimal> converted(Quantity const& quantity,
                                               Quantity const& unit) noexcept;

}  // namespace salus::fhir::fhirpath

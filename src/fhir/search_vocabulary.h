// Modifiers and prefixes (https://hl7.org/fhir/R4/search.html#modifiers, #prefix).
#pragma once

#include <cstdint>

namespace salus::fhir {

enum class SearchModifier : std::uint8_t {
    none,
    missing,
    is_not,
    exact,
    contains,
    below,
    above,
    of_type,
    identifier,
};
enum class SearchPrefix : std::uint8_t { eq, ne, lt, gt, le, ge, sa, eb, ap };

}  // namespace salus::fhir

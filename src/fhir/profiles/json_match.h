// Values against the fixed values and patterns of profiles
// (https://hl7.org/fhir/R4/elementdefinition.html). Thread safety: pure functions.
#pragma once

#include "json/document.h"

namespace salus::fhir {

// The same value, members in any order; numbers are the same if they are spelled so.
[[nodiscard]] bool equals_fixed(json::Value value, json::Value fixed);
// Everything in the pattern is in the value; each item of a list of the pattern matches some item.
[[nodiscard]] bool matches_pattern(json::Value value, json::Value pattern);

}  // namespace salus::fhir

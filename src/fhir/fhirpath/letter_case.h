// Upper and lower case of letters that have both, one for one (Unicode's simple case mappings of
// the Latin, Greek, Cyrillic and Armenian scripts). Other characters stay as they are. Thread
// safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace salus::fhir::fhirpath {

// REQUIRES: UTF-8.
[[nodiscard]] std::string upper_case(std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace salus::fhir::fhirpath

// Whether two spellings are one number: 1, 1.0 and 10e-1 are (RFC 6902 section 4.6).
// REQUIRES: JSON numbers. Pure function.
#pragma once

#include <string_view>

namespace salus::fhir {

[[nodiscard]] bool same_decimal(std::string_view a, std::string_view b);

}  // namespace salus::fhir

// Groups of resource types that rules name together: TypeGroup::"clinical" and so on, one for each
// type (docs/handbook/policies.md lists them). Pure.
#pragma once

#include <string_view>

#include "fhir/definitions.h"

namespace salus::authorization {

// "clinical", "administrative", "financial", "directory", "consent" or "audit". "": no resource
// type.
[[nodiscard]] std::string_view group_of(std::string_view type) noexcept;
// The same. REQUIRES: one of fhir::resource_types().
[[nodiscard]] std::string_view group_of(fhir::Type const& type);

}  // namespace salus::authorization

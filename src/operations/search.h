// https://hl7.org/fhir/R4/http.html#search (of a type, or of all types in a patient's compartment):
// a page of what find_matches.h finds, with what it includes.
#pragma once

#include "operations/context.h"

namespace salus::operations {

[[nodiscard]] Result<request::Prepared> search(Context const& context,
                                               request::Permit const& permit);

}  // namespace salus::operations

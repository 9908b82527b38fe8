// https://hl7.org/fhir/R4/http.html#capabilities
// Made of the table of offers; to a caller with a token, of what its scopes let through. With an id
// in the intent: the definition of that operation instead.
#pragma once

#include "operations/context.h"

namespace salus::operations {

[[nodiscard]] request::Prepared capabilities(Context const& context, request::Permit const& permit);

}  // namespace salus::operations

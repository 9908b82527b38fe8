// The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), for programs that do
// not speak FHIR. Made of the same table as the CapabilityStatement; public, and holds no ePHI.
#pragma once

#include "operations/context.h"

namespace salus::operations {

[[nodiscard]] request::Prepared open_api(Context const& context);

}  // namespace salus::operations

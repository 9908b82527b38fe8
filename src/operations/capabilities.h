// https://hl7.org/fhir/R4/http.html#capabilities
#pragma once

#include "operations/context.h"

namespace salus::operations {

[[nodiscard]] request::Prepared capabilities(Context const& context);

}  // namespace salus::operations

// https://hl7.org/fhir/R4/http.html#history (of an instance)
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Newest first, paged by _count. Errc::not_found if the resource never existed.
[[nodiscard]] Result<request::Prepared> history(Context const& context,
                                                request::Permit const& permit);

}  // namespace salus::operations

// https://hl7.org/fhir/R4/http.html#history
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Of an instance: newest first, paged by _count, within _since or _at. Errc::not_found if the
// resource never existed. A version that stands in another patient's compartment than the caller is
// bound to is not shown.
[[nodiscard]] Result<request::Prepared> history(Context const& context,
                                                request::Permit const& permit);

}  // namespace salus::operations

// https://hl7.org/fhir/R4/http.html#history
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Of a type and of the system, for permits that span patients (MIN-3): in the order of the commits,
// the last one first, paged by _count, within _since or _at. A page looks at limits::kHistoryScan
// versions at most, so it may hold fewer than asked for, or none, and still have a next one.
// Deletions that version 0.1.0 wrote, and what they deleted, are not in it: they do not say of what
// they are.
[[nodiscard]] Result<request::Prepared> population_history(Context const& context,
                                                           request::Permit const& permit);

}  // namespace salus::operations

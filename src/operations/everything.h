// https://hl7.org/fhir/R4/patient-operation-everything.html, of one patient: what stands in the
// compartment, with the resources of no patient that it refers to. Each type is decided by itself;
// what may not be shown is left out and does not count.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Paged by _count. Errc::not_found or Errc::gone as the Patient itself. With start or end: what has
// its clinical dates outside of them is left out; what has none, or shows none, stays.
[[nodiscard]] Result<request::Prepared> everything(Context const& context,
                                                   request::Permit const& permit);

}  // namespace salus::operations

// The FHIR interactions behind one door: a Permit in, a Prepared out (request/prepared.h). The
// catalogue in operations.cc has one line for each; each has a file of its own.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// REQUIRES: the permit is for an interaction of FHIR. `removal`: who may take labels away; nullptr:
// nobody.
[[nodiscard]] Result<request::Prepared> prepare(Workplace const& workplace,
                                                request::Permit const& permit,
                                                request::LabelRemoval* removal = nullptr);

}  // namespace salus::operations

// Security labels of a record stay with it (https://hl7.org/fhir/R4/security-labels.html): what
// an update does not repeat is kept, and what a patch or $meta-delete takes away by name needs who
// may (request/label_removal.h). An update that brings a deleted record back keeps those that it
// had. Labels that codes imply are no part of it: they go with the code.
//
// Judged is the version that the write takes the place of: should another have come meanwhile, the
// commit conflicts, and all is prepared again.
#pragma once

#include "operations/stage.h"

namespace salus::operations {

// The stored form of a version that takes another's place, with the labels that it has to have. The
// label that the record bears as it leaves (request/redisclosure_notice.h) and that comes back with
// it is not stored. Errc::forbidden: a label would be taken away by somebody who may not;
// Errc::unauthenticated: by somebody who may, and has to sign in first (LabelRemoval);
// Errc::not_found: the version that it replaces is out of reach. REQUIRES: it replaces one.
[[nodiscard]] Result<EphiText> with_kept_labels(Context const& context, Staging const& staging,
                                                EphiText text);

}  // namespace salus::operations

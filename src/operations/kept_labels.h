// Security labels of a record stay with it (https://hl7.org/fhir/R4/security-labels.html): what
// an update does not repeat is kept, and what a patch or $meta-delete takes away by name needs who
// may (request/label_removal.h). Labels that codes imply are no part of it: they go with the code.
#pragma once

#include "operations/stage.h"

namespace salus::operations {

// The stored form of a version that takes another's place, with the labels that it has to have. The
// label that the record bears as it leaves (request/redisclosure_notice.h) and that comes back with
// it is not stored. Errc::forbidden: a label would be taken away by somebody who may not;
// Errc::not_found: the version that it replaces is out of reach.
[[nodiscard]] Result<EphiText> with_kept_labels(Context const& context, Staging const& staging,
                                                EphiText text);

}  // namespace salus::operations

// Duties that come with the records of an answer (request/duty.h), found when each was judged: for
// the audit leaf, and the notice on what leaves.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Says in `prepared` which duties came with what it touches, and which of its resources bear the
// notice of 42 CFR 2.32; all, where the duty is the request's. Errc::corrupt: a resource cannot be
// followed.
[[nodiscard]] Result<void> add_record_duties(Context const& context, request::Permit const& permit,
                                             request::Prepared& prepared);

}  // namespace salus::operations

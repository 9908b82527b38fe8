// Settling what a crash left open: an intent leaf without an outcome is a write of which the log
// does not say whether it happened. The store knows: the write happened if the very bytes that the
// intent names by hash stand at its address and version. Each intent is concluded by an outcome
// leaf before anything is served (AUD-2, invariant 5).
#pragma once

#include <vector>

#include "audit/log.h"
#include "foundation/result.h"
#include "request/tenant.h"

namespace salus::app {

// Errc::corrupt if an intent names a write of which only a part is in the store: batches are
// atomic, so that is damage.
[[nodiscard]] Result<void> settle_open_intents(request::Tenant const& tenant,
                                               std::vector<audit::OpenIntent> const& intents);

}  // namespace salus::app

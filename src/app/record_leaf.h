// Leaves of the process itself, without a request.
#pragma once

#include "app/instance.h"
#include "audit/leaf.h"
#include "foundation/result.h"

namespace salus::app {

// Durable when it returns; blocks. An error: it may not be on record.
[[nodiscard]] Result<void> record_leaf(audit::Log& log, TenantName const& tenant,
                                       audit::LeafBuilder leaf);

// What concerns every tenant stands in each one's log: a leaf with this event. An error: some may
// lack it, and the act must not be done. For commands on a stopped instance; blocks.
[[nodiscard]] Result<void> record_everywhere(Instance const& instance, audit::Event event);

}  // namespace salus::app

// What concerns every tenant of an instance stands in each tenant's log.
#pragma once

#include "app/instance.h"
#include "audit/leaf.h"
#include "foundation/result.h"

namespace salus::app {

// One leaf with this event in every log; all are durable when it returns. An error: some may lack
// it, and the act must not be done. For commands on a stopped instance; blocks.
[[nodiscard]] Result<void> record_everywhere(Instance const& instance, audit::Event event);

}  // namespace salus::app

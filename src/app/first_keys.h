// The keys that a tenant is made with, on record (KEY-3). Nobody asks for them: the configuration
// that names the tenant does, and the leaf `start` has its hash.
#pragma once

#include "foundation/result.h"
#include "request/tenant.h"

namespace salus::app {

// At the tenant's first opening, before it is served. After a crash in the middle the leaves come
// again. Waits for the log.
[[nodiscard]] Result<void> record_first_keys(request::Tenant const& tenant);

}  // namespace salus::app

// GET /audit/v1/details?index=N&count=M: the sealed details of leaves, opened: addresses, user
// agents, what was asked. May be ePHI, so it has a scope of its own, admin/audit.read.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// {"details":[{"i":N,"detail":{...}}...]}; a leaf without a detail, or whose detail does not open,
// is left out. At most limits::kPageSizeLargest leaves are looked at.
[[nodiscard]] Result<request::Prepared> audit_details(Context const& context,
                                                      request::Permit const& permit);

}  // namespace salus::operations

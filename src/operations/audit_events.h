// GET /AuditEvent and /AuditEvent/[index]: the audit log, shown to an auditor (AUD-8). Each reading
// is recorded as one, whatever it finds.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Newest first. A page ends when it is full or a bounded part of the log was looked through: it may
// be short, or empty, and yet have a next one.
[[nodiscard]] Result<request::Prepared> search_audit_events(Context const& context,
                                                            request::Permit const& permit);
[[nodiscard]] Result<request::Prepared> read_audit_event(Context const& context,
                                                         request::Permit const& permit);

}  // namespace salus::operations

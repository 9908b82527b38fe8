// GET /audit/v1/proof?index=N: a receipt, the leaf itself and that it is in the signed log (C2SP
// tlog-proof), to the client whose request it records, who has its index from the header
// Salus-Audit-Leaf of the answer, and to auditors.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Errc::not_found: there is no such leaf, it is another client's (which is the same to him), or it
// is not signed yet: a moment later it is.
[[nodiscard]] Result<request::Prepared> audit_proof(Context const& context,
                                                    request::Permit const& permit);

}  // namespace salus::operations

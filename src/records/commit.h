// The only way from sealed writes to the store: with the proof that their intent is on record.
#pragma once

#include "request/disclosable.h"
#include "request/tenant.h"

namespace salus::records {

// Durable when the task ends. Errors as store::Store::commit. Any thread.
[[nodiscard]] Task<Result<void>> commit(request::Tenant const& tenant, store::Batch batch,
                                        request::RecordedIntent const& intent, Executor& home);

}  // namespace salus::records

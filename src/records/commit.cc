#include "records/commit.h"

namespace salus::records {

Task<Result<void>> commit(request::Tenant const& tenant, store::Batch batch,
                          request::RecordedIntent const& /*intent*/, Executor& home) {
    co_return co_await tenant.store.commit(std::move(batch), home);
}

}  // namespace salus::records

// A write is on record before it is done (invariant 5): commit demands the proof.
// EXPECT: no matching function for call to 'commit'
// EXPECT: too few arguments to function
#include "records/commit.h"

using salus::request::RecordedIntent;
using salus::request::Tenant;

salus::Task<salus::Result<void>> write(Tenant const& tenant, salus::store::Batch batch,
                                       [[maybe_unused]] RecordedIntent const& intent,
                                       salus::Executor& home) {
#ifdef FORBIDDEN
    return salus::records::commit(tenant, std::move(batch), home);
#else
    return salus::records::commit(tenant, std::move(batch), intent, home);
#endif
}

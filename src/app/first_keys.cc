#include "app/first_keys.h"

#include "audit_controls/rotation_record.h"
#include "foundation/blocking.h"

namespace salus::app {

Result<void> record_first_keys(request::Tenant const& tenant) {
    using keys::RotationKind;
    audit_controls::RotationRecord record(tenant);
    BlockingExecutor executor;
    for (auto const kind : keys::kRotationKinds) {
        // A data key is made for the first write of its compartment, and on record with that.
        if (kind == RotationKind::data) continue;
        audit_controls::KeyStep step{.event = audit::Event::key_created,
                                     .kind = keys::name_of(kind),
                                     .shard = {},
                                     .patient = {},
                                     .version = 1};
        // Those of the data's shards are made with the first data key of each.
        if (kind == RotationKind::shard) step.shard = keys::kTenantShard;
        SALUS_TRY_VOID(executor.run(record.record_step(step, executor)));
    }
    return {};
}

}  // namespace salus::app

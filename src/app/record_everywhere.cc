#include "app/record_everywhere.h"

#include "foundation/blocking.h"

namespace salus::app {

Result<void> record_everywhere(Instance const& instance, audit::Event event) {
    BlockingExecutor executor;
    for (auto const& tenant : instance.house().tenants) {
        audit::LeafBuilder leaf(event, audit::Outcome::ok);
        leaf.tenant(tenant->tenant.name);
        SALUS_TRY(auto record, std::move(leaf).build());
        std::vector<audit::Record> records;
        records.push_back(std::move(record));
        SALUS_TRY_VOID(executor.run(tenant->tenant.audit_log.append(std::move(records), executor)));
    }
    return {};
}

}  // namespace salus::app

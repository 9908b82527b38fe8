#include "app/record_leaf.h"

#include "foundation/blocking.h"

namespace salus::app {

Result<void> record_leaf(audit::Log& log, TenantName const& tenant, audit::LeafBuilder leaf) {
    leaf.tenant(tenant);
    SALUS_TRY(auto record, std::move(leaf).build());
    std::vector<audit::Record> records;
    records.push_back(std::move(record));
    BlockingExecutor executor;
    SALUS_TRY_VOID(executor.run(log.append(std::move(records), executor)));
    return {};
}

Result<void> record_everywhere(Instance const& instance, audit::Event event) {
    for (auto const& tenant : instance.house().tenants) {
        SALUS_TRY_VOID(record_leaf(tenant->tenant.audit_log, tenant->tenant.name,
                                   audit::LeafBuilder(event, audit::Outcome::ok)));
    }
    return {};
}

}  // namespace salus::app

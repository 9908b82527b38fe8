#include "app/signing_leaf.h"

#include "foundation/blocking.h"

namespace salus::app {

void record_signing_state(transparency::SignedLog& log, TenantName const& tenant, Literal state,
                          audit::Outcome outcome, std::uint64_t size) {
    auto record = audit::LeafBuilder(audit::Event::signing, outcome)
                      .tenant(tenant)
                      .reason(state)
                      .number("signed", static_cast<std::int64_t>(size))
                      .build();
    if (!record) return;
    std::vector<audit::Record> records;
    records.push_back(*std::move(record));
    BlockingExecutor executor;
    // A log that cannot be written refuses every request; there is nobody else to tell here.
    static_cast<void>(executor.run(log.unguarded().append(std::move(records), executor)));
}

}  // namespace salus::app

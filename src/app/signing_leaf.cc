#include "app/signing_leaf.h"

#include "app/record_leaf.h"

namespace salus::app {

void record_signing_state(audit::Log& log, TenantName const& tenant, Literal state,
                          audit::Outcome outcome, std::uint64_t size) {
    audit::LeafBuilder leaf(audit::Event::signing, outcome);
    leaf.reason(state).number("signed", static_cast<std::int64_t>(size));
    // A log that cannot be written refuses every request; there is nobody else to tell here.
    static_cast<void>(record_leaf(log, tenant, std::move(leaf)));
}

}  // namespace salus::app

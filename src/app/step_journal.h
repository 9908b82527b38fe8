// Notes the steps of a key operation: the intent on record, the new version of the proposal in the
// store, the outcome on record. Thread safety: one thread, which may block.
#pragma once

#include "admin/erasure/key_operations.h"
#include "audit_controls/gate.h"

namespace salus::app {

class AuditedSteps final : public admin::StepJournal {
public:
    // `policy`: what stands on the records as the policy in force.
    AuditedSteps(admin::KeysDesk const& desk, request::DecidingPolicy policy)
        : desk_(desk), policy_(std::move(policy)), gate_(desk.tenant, desk.random) {}

    Result<void> keep(admin::StoredProposal& proposal, admin::KeyProgress const& done) override;
    Result<std::uint64_t> record_destruction(admin::StoredProposal const& proposal,
                                             admin::KeyProgress const& done) override;
    Result<std::uint64_t> record_pruning(admin::StoredProposal const& proposal,
                                         audit::PrunedPrefix const& prefix) override;

private:
    [[nodiscard]] audit::LeafBuilder leaf(audit::Event event, audit::Outcome outcome,
                                          admin::StoredProposal const& proposal) const;
    [[nodiscard]] Result<std::uint64_t> append(audit::LeafBuilder leaf);

    admin::KeysDesk const& desk_;
    request::DecidingPolicy policy_;
    audit_controls::Gate gate_;
};

}  // namespace salus::app

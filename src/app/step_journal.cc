#include "app/step_journal.h"

#include "admin/key_state.h"
#include "foundation/blocking.h"
#include "records/commit.h"

namespace salus::app {
namespace {

// Who decided: those whose ballots counted when it was begun.
audit::KeyOperation decided(admin::StoredProposal const& proposal) {
    audit::KeyOperation step{.operation = name_of(proposal.proposal.operation),
                             .proposal = proposal.id(),
                             .proposer = audit::CustodianName(proposal.proposal.proposer.text()),
                             .approvers = {},
                             .voter = {},
                             .decision = {}};
    auto const custodians = keys::CustodianSet::parse(proposal.record.custodians);
    if (!custodians) return step;
    auto const tally = keys::Quorum::tally(proposal.record, proposal.proposal, *custodians);
    step.approvers.reserve(tally.approvers.size());
    for (auto const& each : tally.approvers) step.approvers.emplace_back(each.text());
    return step;
}

}  // namespace

audit::LeafBuilder AuditedSteps::leaf(audit::Event event, audit::Outcome outcome,
                                      admin::StoredProposal const& proposal) const {
    audit::LeafBuilder leaf(event, outcome);
    leaf.tenant(desk_.tenant.name).key_operation(decided(proposal));
    auto const patient = admin::patient_of(proposal.proposal.operation, proposal.proposal.target);
    if (patient) leaf.patient(*patient);
    return leaf;
}

Result<std::uint64_t> AuditedSteps::append(audit::LeafBuilder leaf) {
    SALUS_TRY(auto record, std::move(leaf).build());
    std::vector<audit::Record> records;
    records.push_back(std::move(record));
    BlockingExecutor executor;
    SALUS_TRY(auto const positions,
              executor.run(desk_.tenant.audit_log.append(std::move(records), executor)));
    return positions.front().index;
}

Result<void> AuditedSteps::keep(admin::StoredProposal& proposal, admin::KeyProgress const& done) {
    request::Prepared prepared;
    SALUS_TRY_VOID(admin::add_proposal_version(prepared, desk_, proposal));
    request::Exchange exchange;
    exchange.id = RequestId(crypto::random_id(desk_.random));
    exchange.started = desk_.clock.now();
    exchange.tenant = &desk_.tenant;
    exchange.policy = policy_;
    exchange.facts.interaction = request::Interaction::proposal_execute;
    exchange.facts.key_operation = decided(proposal);
    exchange.facts.compartment =
        admin::patient_of(proposal.proposal.operation, proposal.proposal.target);
    exchange.facts.touched = prepared.touched;
    BlockingExecutor executor;
    SALUS_TRY(auto const intent, executor.run(gate_.record_intent(exchange, executor)));
    auto committed =
        executor.run(records::commit(desk_.tenant, *std::move(prepared.batch), intent, executor));
    // After a failure of the disk the next start settles the intent, as of every write.
    if (!committed && committed.error().code != Errc::conflict) return committed;
    auto outcome = leaf(audit::Event::key_executed,
                        committed ? audit::Outcome::ok : audit::Outcome::error, proposal);
    outcome.request(exchange.id).outcome_of(intent.leaf_index());
    outcome.number("step", static_cast<std::int64_t>(done.step));
    SALUS_TRY_VOID(append(std::move(outcome)));
    if (committed) ++proposal.version;
    return committed;
}

Result<std::uint64_t> AuditedSteps::record_destruction(admin::StoredProposal const& proposal,
                                                       admin::KeyProgress const& done) {
    auto destroyed = leaf(audit::Event::key_destroyed, audit::Outcome::ok, proposal);
    destroyed.number("patient_keys", static_cast<std::int64_t>(done.data_keys.size()));
    destroyed.number("shard_keys", static_cast<std::int64_t>(done.shard_epochs.size()));
    destroyed.number("key_encryption_keys", static_cast<std::int64_t>(done.kek_epochs.size()));
    return append(std::move(destroyed));
}

Result<std::uint64_t> AuditedSteps::record_pruning(admin::StoredProposal const& proposal,
                                                   audit::PrunedPrefix const& prefix) {
    auto pruned = leaf(audit::Event::retention_pruned, audit::Outcome::ok, proposal);
    pruned.pruned(prefix);
    return append(std::move(pruned));
}

}  // namespace salus::app

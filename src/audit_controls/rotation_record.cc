#include "audit_controls/rotation_record.h"

#include "foundation/check.h"

namespace salus::audit_controls {

Task<Result<std::uint64_t>> RotationRecord::append(audit::LeafBuilder leaf, Executor& home) {
    leaf.tenant(tenant_.name);
    SALUS_CO_TRY(auto record, std::move(leaf).build());
    std::vector<audit::Record> records;
    records.push_back(std::move(record));
    SALUS_CO_TRY(auto const positions, co_await tenant_.audit_log.append(std::move(records), home));
    co_return positions.front().index;
}

Task<Result<request::RecordedIntent>> RotationRecord::record_intent(
    std::span<request::Touched const> touched, Executor& home) {
    SALUS_CHECK(!touched.empty());
    audit::LeafBuilder leaf(audit::Event::key_rotated, audit::Outcome::ok);
    leaf.intent().reason("data");
    auto const& first = touched.front();
    if (first.patient_compartment) leaf.patient(first.compartment);
    for (auto const& each : touched) {
        leaf.resource({each.type}, each.address, each.version, each.stored_hash);
    }
    SALUS_CO_TRY(auto const index, co_await append(std::move(leaf), home));
    co_return request::RecordedIntent(index);
}

Task<Result<void>> RotationRecord::conclude(request::RecordedIntent const& intent,
                                            Result<void> const& done, Executor& home) {
    auto const outcome = done ? audit::Outcome::ok : audit::Outcome::error;
    audit::LeafBuilder leaf(audit::Event::key_rotated, outcome);
    leaf.outcome_of(intent.leaf_index());
    leaf.reason(done ? Literal("data") : done.error().why);
    SALUS_CO_TRY_VOID(co_await append(std::move(leaf), home));
    co_return Result<void>();
}

Task<Result<void>> RotationRecord::record_step(KeyStep const& step, Executor& home) {
    audit::LeafBuilder leaf(step.event, audit::Outcome::ok);
    leaf.reason(step.kind).number("version", step.version);
    if (step.patient) leaf.patient(*step.patient);
    if (step.shard) leaf.number("shard", *step.shard);
    if (step.count > 0) leaf.number("count", step.count);
    SALUS_CO_TRY_VOID(co_await append(std::move(leaf), home));
    co_return Result<void>();
}

}  // namespace salus::audit_controls

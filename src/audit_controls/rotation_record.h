// The record of what is done to keys, and to records because of keys (KEY-3): no request asked for
// it here and now, so its leaves have no caller. The request that asked for a rotation has leaves
// of its own (audit_controls/gate.h). Belongs to one thread.
#pragma once

#include <span>

#include "audit/leaf.h"
#include "request/disclosable.h"
#include "request/prepared.h"
#include "request/tenant.h"

namespace salus::audit_controls {

// One step that is done: "key.created", "key.rotated", "key.retired", "key.readmitted" or
// "key.destroyed", of which kind of key.
struct KeyStep {
    audit::Event event = audit::Event::key_rotated;
    Literal kind;  // keys::name_of(RotationKind)
    std::optional<std::int64_t> shard;
    std::optional<CompartmentId> patient;
    std::int64_t version = 0;  // of the key, or its epoch
    std::int64_t count = 0;    // of the keys or records that came under it; 0: not counted
};

class RotationRecord {
public:
    // Borrows the tenant.
    explicit RotationRecord(request::Tenant const& tenant) : tenant_(tenant) {}

    // Before records are sealed anew: the hashes that the store must show later. REQUIRES: at least
    // one, all of one compartment, at most limits::kResealedAtOnce.
    [[nodiscard]] Task<Result<request::RecordedIntent>> record_intent(
        std::span<request::Touched const> touched, Executor& home);
    // Whether it happened.
    [[nodiscard]] Task<Result<void>> conclude(request::RecordedIntent const& intent,
                                              Result<void> const& done, Executor& home);
    [[nodiscard]] Task<Result<void>> record_step(KeyStep const& step, Executor& home);

private:
    [[nodiscard]] Task<Result<std::uint64_t>> append(audit::LeafBuilder leaf, Executor& home);

    request::Tenant const& tenant_;
};

}  // namespace salus::audit_controls

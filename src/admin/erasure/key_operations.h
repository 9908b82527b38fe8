// Carries out what was approved and takes several durable steps: a patient's cryptographic erasure,
// complete against older backups of the data and of the key store (ENC-5), a new root (KEY-2), and
// the end of an audit log's retention (AUD-6).
//
// An erasure destroys the patient's keys, then what they sealed, then the keys above: the patient's
// shard gets a new key and the tenant a new key-encryption key, the survivors are wrapped anew, and
// the old ones are destroyed. So an older copy of the key store opens nothing any more, and an
// older copy of the data opens with the present key store, but for the patient.
//
// A crash at any point is continued by the next call. Thread safety: one thread, which may block.
#pragma once

#include "admin/audit_pruning.h"
#include "admin/erasure/progress.h"
#include "admin/proposals.h"
#include "crypto/signature.h"
#include "foundation/fault_points.h"
#include "foundation/task.h"

namespace salus::admin {

// Where steps are noted, durably and on record (KEY-3).
class StepJournal {
public:
    virtual ~StepJournal() = default;
    // The next version of the proposal, which it counts up.
    [[nodiscard]] virtual Result<void> keep(StoredProposal& proposal, KeyProgress const& done) = 0;
    // A leaf that says that the patient's records are destroyed; its place.
    [[nodiscard]] virtual Result<std::uint64_t> record_destruction(StoredProposal const& proposal,
                                                                   KeyProgress const& done) = 0;
    // A leaf that says that the log's beginning goes; its index.
    [[nodiscard]] virtual Result<std::uint64_t> record_pruning(
        StoredProposal const& proposal, audit::PrunedPrefix const& prefix) = 0;
};

struct KeyOperationsDesk {
    KeysDesk const& keys;
    StepJournal& journal;
    records::IndexCache& index_cache;
    crypto::SigningKey const& certificate_key;
    std::filesystem::path const& audit_directory;
    FaultPoints* faults = nullptr;    // tests
    AuditPruning* pruning = nullptr;  // nullptr: the log is not pruned here
    std::stop_token stop{};
};

// REQUIRES: a proposal in the phase `begun`. It is `executed` afterwards: with a certificate, or,
// if a legal hold came between and nothing was destroyed yet, with the refusal, as its result.
[[nodiscard]] Result<void> carry_out(KeyOperationsDesk const& desk, StoredProposal& proposal);

}  // namespace salus::admin

#include "admin/erasure/key_operations.h"

#include <algorithm>

#include "admin/erasure/certificate.h"
#include "admin/legal_holds.h"
#include "foundation/blocking.h"

namespace salus::admin {
namespace {

constexpr std::size_t kAtOnce = limits::kRewrappedAtOnce;

bool is_among(std::vector<std::uint32_t> const& epochs, std::uint32_t epoch) {
    return std::ranges::find(epochs, epoch) != epochs.end();
}

class Run {
public:
    Run(KeyOperationsDesk const& desk, StoredProposal& proposal, keys::Approval approval,
        KeyProgress progress)
        : desk_(desk),
          proposal_(proposal),
          approval_(std::move(approval)),
          progress_(std::move(progress)),
          rotation_(desk.keys.tenant.keyring.rotation()) {}

    Result<void> erase_patient() {
        SALUS_TRY(patient_, patient());
        while (proposal_.record.phase == keys::ProposalPhase::begun) {
            SALUS_TRY_VOID(reach(desk_.faults, "key step to be done"));
            SALUS_TRY_VOID(step());
            SALUS_TRY_VOID(reach(desk_.faults, "key step done"));
        }
        return {};
    }

    Result<void> rotate_root() {
        if (progress_.step == KeyStep::look) {
            progress_.begun = desk_.keys.now();
            SALUS_TRY_VOID(note_keks());
            SALUS_TRY_VOID(rotation_.begin_kek_epoch());
            SALUS_TRY_VOID(advance(KeyStep::finish_epochs));
        }
        SALUS_TRY_VOID(finish_kek());
        return conclude(to_json(progress_));
    }

    Result<void> prune_audit() {
        if (desk_.pruning == nullptr)
            return fail(Errc::not_supported, "the audit log cannot be pruned here");
        auto const holds = [this]() -> Result<audit::LegalHolds> {
            SALUS_TRY(auto all, all_holds(desk_.keys));
            return std::move(all.holds);
        };
        auto const record = [this](audit::PrunedPrefix const& prefix) {
            return desk_.journal.record_pruning(proposal_, prefix);
        };
        SALUS_TRY(
            auto result,
            desk_.pruning->prune(
                {.approval = approval_, .holds = holds, .record = record, .stop = desk_.stop}));
        return conclude(std::move(result));
    }

private:
    Result<CompartmentId> patient() const {
        auto const bytes = from_hex(approval_.target());
        if (!bytes || bytes->size() != sizeof(CompartmentId::Array))
            return fail(Errc::corrupt, "an approved proposal names no patient");
        return CompartmentId::from(*bytes);
    }

    Result<void> step() {
        switch (progress_.step) {
            case KeyStep::look: return look();
            case KeyStep::destroy: return destroy();
            case KeyStep::erase: return erase();
            case KeyStep::begin_epochs: return begin_epochs();
            case KeyStep::finish_epochs: return finish_epochs();
            case KeyStep::certify: return certify_it();
        }
        return fail(Errc::internal, "an operation has no such step");
    }

    // The last moment at which a legal hold stops it.
    Result<void> look() {
        SALUS_TRY(auto const held, is_held(desk_.keys, patient_));
        if (held) return conclude(R"({"refused":"a legal hold"})");
        auto live = rotation_.live_data_keys(patient_);
        if (!live && live.error().code == Errc::gone)
            return conclude(R"({"refused":"erased before"})");
        SALUS_TRY(progress_.data_keys, std::move(live));
        progress_.begun = desk_.keys.now();
        return advance(KeyStep::destroy);
    }

    Result<void> destroy() {
        SALUS_TRY_VOID(rotation_.destroy_compartment(approval_));
        desk_.index_cache.forget(patient_);
        return advance(KeyStep::erase);
    }

    Result<void> erase() {
        SALUS_TRY_VOID(erase_documents());
        return advance(KeyStep::begin_epochs);
    }

    // A crash before this is noted makes one more epoch, which does no harm.
    Result<void> begin_epochs() {
        auto const shard = keys::shard_of(patient_);
        SALUS_TRY_VOID(note_keks());
        SALUS_TRY(auto const status, rotation_.status());
        progress_.shard_epochs.clear();
        for (auto const& each : status.shard_keys) {
            if (each.shard == shard) progress_.shard_epochs.push_back(each.epoch);
        }
        SALUS_TRY_VOID(rotation_.begin_kek_epoch());
        SALUS_TRY_VOID(rotation_.begin_shard_epoch(shard));
        return advance(KeyStep::finish_epochs);
    }

    Result<void> finish_epochs() {
        auto const shard = keys::shard_of(patient_);
        for (std::uint64_t left = 1; left > 0;) {
            SALUS_TRY(left, rotation_.rewrap_keys_of_shard(shard, kAtOnce));
        }
        SALUS_TRY_VOID(rotation_.destroy_unused_shard_keys(shard));
        SALUS_TRY_VOID(finish_kek());
        SALUS_TRY_VOID(erase_documents());
        return advance(KeyStep::certify);
    }

    Result<void> certify_it() {
        SALUS_TRY_VOID(check_destroyed());
        SALUS_TRY(auto const index, desk_.journal.record_destruction(proposal_, progress_));
        auto const size = desk_.keys.tenant.audit_log.status().size;
        SALUS_TRY(auto const recorded, audit::prove_inclusion(desk_.audit_directory, index, size));
        Destruction const destruction{.instance = desk_.keys.instance(),
                                      .patient = patient_,
                                      .shard = keys::shard_of(patient_),
                                      .keys = progress_,
                                      .finished = desk_.keys.now()};
        SALUS_TRY(auto certificate,
                  certify(destruction, proposal_.record, recorded, desk_.certificate_key));
        return conclude(std::move(certificate));
    }

    // Done again at the end: a write that was sealed while the keys went may have come after.
    Result<void> erase_documents() {
        BlockingExecutor executor;
        SALUS_TRY_VOID(executor.run(desk_.keys.tenant.store.erase(patient_, executor)));
        desk_.index_cache.forget(patient_);
        return {};
    }

    // A certificate says what is so, not what was tried.
    Result<void> check_destroyed() {
        auto const live = rotation_.live_data_keys(patient_);
        if (live || live.error().code != Errc::gone)
            return fail(Errc::internal, "the patient's keys are not destroyed");
        SALUS_TRY(auto const status, rotation_.status());
        auto const shard = keys::shard_of(patient_);
        for (auto const& each : status.shard_keys) {
            bool const old = is_among(progress_.shard_epochs, each.epoch);
            if (each.shard == shard && old)
                return fail(Errc::internal, "an old key of the shard is not destroyed");
        }
        for (auto const& each : status.keks) {
            bool const old = is_among(progress_.kek_epochs, each.epoch);
            if (old && each.state != keys::KeyState::destroyed)
                return fail(Errc::internal, "an old key-encryption key is not destroyed");
        }
        return {};
    }

    // Those that are live now are to go.
    Result<void> note_keks() {
        SALUS_TRY(auto const status, rotation_.status());
        progress_.kek_epochs.clear();
        for (auto const& each : status.keks) {
            bool const live =
                each.state == keys::KeyState::active || each.state == keys::KeyState::decrypt_only;
            if (live) progress_.kek_epochs.push_back(each.epoch);
        }
        return {};
    }

    Result<void> finish_kek() {
        for (std::uint64_t left = 1; left > 0;) {
            SALUS_TRY(left, rotation_.rewrap_shard_keys(kAtOnce));
        }
        SALUS_TRY_VOID(rotation_.destroy_unused_keks());
        return {};
    }

    Result<void> advance(KeyStep next) {
        SALUS_TRY_VOID(reach(desk_.faults, "key step not noted"));
        progress_.step = next;
        proposal_.record.result = to_json(progress_);
        return desk_.journal.keep(proposal_, progress_);
    }

    Result<void> conclude(std::string result) {
        proposal_.record.phase = keys::ProposalPhase::executed;
        proposal_.record.result = std::move(result);
        return desk_.journal.keep(proposal_, progress_);
    }

    KeyOperationsDesk const& desk_;
    StoredProposal& proposal_;
    keys::Approval approval_;
    KeyProgress progress_;
    keys::KeyRotation& rotation_;
    CompartmentId patient_;
};

}  // namespace

Result<void> carry_out(KeyOperationsDesk const& desk, StoredProposal& proposal) {
    SALUS_TRY(auto approval, keys::Quorum::resume(proposal.record, desk.keys.instance()));
    SALUS_TRY(auto progress, parse_progress(proposal.record.result));
    auto const operation = approval.operation();
    Run run(desk, proposal, std::move(approval), std::move(progress));
    switch (operation) {
        case keys::Operation::erase_patient: return run.erase_patient();
        case keys::Operation::rotate_root: return run.rotate_root();
        case keys::Operation::prune_audit: return run.prune_audit();
        case keys::Operation::change_custodians:
        case keys::Operation::release_hold: break;
    }
    return fail(Errc::internal, "an operation that is done at once was begun");
}

}  // namespace salus::admin

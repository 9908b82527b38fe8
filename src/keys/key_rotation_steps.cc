#include "keys/key_rotation_steps.h"

#include <algorithm>

#include "foundation/limits.h"
#include "keys/key_rotation_status.h"

namespace salus::keys {
namespace {

bool is_shard(std::uint32_t shard) {
    return shard <= kTenantShard;
}

constexpr Literal kNoShard = "there is no such shard";

}  // namespace

Result<std::uint32_t> KeyRotationSteps::plan_kek() {
    MutexLock const lock(state_.mutex);
    auto& store = state_.hierarchy->store();
    SALUS_TRY(auto const keks, store.keks());
    auto const present = store.kek_epoch();
    if (!keks.empty() && keks.back().epoch > present) return keks.back().epoch;
    SALUS_TRY_VOID(store.add_kek(present + 1, state_.clock.now()));
    return present + 1;
}

Result<std::uint32_t> KeyRotationSteps::begin_kek_epoch() {
    MutexLock const rotation(state_.rotation);
    SALUS_TRY(auto const epoch, plan_kek());
    SALUS_TRY_VOID(reach("KEK planned"));
    SALUS_TRY_VOID(state_.service.ensure({.tenant = state_.tenant, .epoch = epoch}));
    SALUS_TRY_VOID(reach("KEK made"));
    MutexLock const lock(state_.mutex);
    SALUS_TRY_VOID(state_.hierarchy->store().use_kek(epoch));
    SALUS_TRY_VOID(reach("KEK in use"));
    return epoch;
}

Result<std::uint64_t> KeyRotationSteps::rewrap_shard_keys(std::size_t count_max) {
    MutexLock const rotation(state_.rotation);
    std::vector<StoredShardKey> keys;
    {
        MutexLock const lock(state_.mutex);
        SALUS_TRY(keys, state_.hierarchy->store().shard_keys_under_other_keks(
                            std::min(count_max, limits::kRewrappedAtOnce)));
    }
    for (auto const& stored : keys) SALUS_TRY_VOID(rewrap_shard_key(stored));
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->store().count_shard_keys_under_other_keks();
}

Result<void> KeyRotationSteps::rewrap_shard_key(StoredShardKey const& stored) {
    SALUS_TRY(auto const key, unwrap_at_service(state_.service, state_.tenant, stored));
    auto fresh = stored;
    {
        MutexLock const lock(state_.mutex);
        fresh.kek_epoch = state_.hierarchy->store().kek_epoch();
    }
    SALUS_TRY_VOID(wrap_at_service(state_.service, state_.tenant, fresh, key));
    SALUS_TRY_VOID(reach("shard key re-wrapped, not stored"));
    {
        MutexLock const lock(state_.mutex);
        SALUS_TRY_VOID(state_.hierarchy->store().replace_shard_key(stored, fresh));
    }
    return reach("shard key re-wrapped");
}

Result<std::vector<std::uint32_t>> KeyRotationSteps::destroy_unused_keks() {
    MutexLock const rotation(state_.rotation);
    std::vector<std::uint32_t> unused;
    {
        MutexLock const lock(state_.mutex);
        auto& store = state_.hierarchy->store();
        SALUS_TRY(auto const keks, store.keks());
        for (auto const& kek : keks) {
            if (kek.is_destroyed || kek.epoch >= store.kek_epoch()) continue;
            SALUS_TRY(auto const wraps, store.count_shard_keys_under(kek.epoch));
            if (wraps == 0) unused.push_back(kek.epoch);
        }
    }
    for (auto const epoch : unused) {
        SALUS_TRY_VOID(reach("KEK to be destroyed"));
        SALUS_TRY_VOID(state_.service.destroy({.tenant = state_.tenant, .epoch = epoch}));
        SALUS_TRY_VOID(reach("KEK destroyed, not noted"));
        MutexLock const lock(state_.mutex);
        SALUS_TRY_VOID(state_.hierarchy->store().mark_kek_destroyed(epoch, state_.clock.now()));
        SALUS_TRY_VOID(reach("KEK destroyed"));
    }
    return unused;
}

Result<StoredShardKey> KeyRotationSteps::superseded(StoredShardKey const& stored) {
    SALUS_TRY(auto const key, unwrap_at_service(state_.service, state_.tenant, stored));
    auto fresh = stored;
    fresh.state = KeyState::decrypt_only;
    {
        MutexLock const lock(state_.mutex);
        fresh.kek_epoch = state_.hierarchy->store().kek_epoch();
    }
    SALUS_TRY_VOID(wrap_at_service(state_.service, state_.tenant, fresh, key));
    return fresh;
}

Result<std::uint32_t> KeyRotationSteps::begin_shard_epoch(std::uint32_t shard) {
    if (!is_shard(shard)) return fail(Errc::invalid, kNoShard);
    MutexLock const rotation(state_.rotation);
    std::optional<StoredShardKey> before;
    StoredShardKey fresh;
    SecretBytes key;
    {
        MutexLock const lock(state_.mutex);
        SALUS_TRY(fresh, state_.hierarchy->next_shard_key(shard));
        SALUS_TRY(before, state_.hierarchy->store().latest_shard_key(shard));
        key = state_.hierarchy->new_key();
    }
    // A shard whose latest key is a tombstone has nothing to supersede.
    if (before && before->state != KeyState::active) before.reset();
    std::optional<StoredShardKey> after;
    if (before) {
        SALUS_TRY(after, superseded(*before));
    }
    SALUS_TRY_VOID(wrap_at_service(state_.service, state_.tenant, fresh, key));
    SALUS_TRY_VOID(reach("shard key made, not stored"));
    {
        MutexLock const lock(state_.mutex);
        SALUS_TRY_VOID(state_.hierarchy->add_shard_epoch(fresh, key, before, after));
    }
    SALUS_TRY_VOID(reach("shard key begun"));
    return fresh.epoch;
}

Result<std::uint64_t> KeyRotationSteps::rewrap_keys_of_shard(std::uint32_t shard,
                                                             std::size_t count_max) {
    if (!is_shard(shard)) return fail(Errc::invalid, kNoShard);
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->rewrap_keys_of_shard(shard, count_max);
}

Result<std::vector<std::uint32_t>> KeyRotationSteps::destroy_unused_shard_keys(
    std::uint32_t shard) {
    if (!is_shard(shard)) return fail(Errc::invalid, kNoShard);
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->destroy_unused_shard_keys(shard);
}

Result<std::uint32_t> KeyRotationSteps::begin_data_key(CompartmentId const& compartment) {
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    auto const made = state_.hierarchy->begin_data_key(compartment);
    auto& cache = state_.part_of(compartment);
    // Whatever happened, the key store says what seals, and not the cache.
    cache.forget_sealing(compartment);
    if (!made) return fail(made.error());
    cache.insert_for_writing(compartment, *made);
    return made->version;
}

Result<void> KeyRotationSteps::retire_data_key(CompartmentId const& compartment,
                                               std::uint32_t version) {
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    auto const done = state_.hierarchy->retire_data_key(compartment, version);
    state_.part_of(compartment).forget(compartment, version);
    return done;
}

Result<void> KeyRotationSteps::readmit_data_key(CompartmentId const& compartment,
                                                std::uint32_t version) {
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->readmit_data_key(compartment, version);
}

Result<std::vector<DataKeyVersion>> KeyRotationSteps::retired_data_keys(WallTime then,
                                                                        DataKeyVersion const& after,
                                                                        std::size_t count_max) {
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->store().retired_data_keys(then, after, count_max);
}

Result<void> KeyRotationSteps::destroy_data_key(CompartmentId const& compartment,
                                                std::uint32_t version) {
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    auto const done = state_.hierarchy->destroy_data_key(compartment, version);
    state_.part_of(compartment).forget(compartment, version);
    return done;
}

Result<std::vector<std::uint32_t>> KeyRotationSteps::destroy_compartment(Approval const& approval) {
    auto const named = from_hex(approval.target());
    if (!named || named->size() != sizeof(CompartmentId::Array) ||
        !approval.is_for(Operation::erase_patient, to_hex(*named))) {
        return fail(Errc::invalid, "the approval is for something else");
    }
    auto const compartment = CompartmentId::from(*named);
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    SALUS_TRY(auto const versions, state_.hierarchy->store().data_keys_of(compartment));
    auto destroyed = state_.hierarchy->destroy_compartment(compartment);
    auto& cache = state_.part_of(compartment);
    cache.forget_sealing(compartment);
    for (auto const& key : versions) cache.forget(compartment, key.version);
    return destroyed;
}

Result<std::vector<std::uint32_t>> KeyRotationSteps::live_data_keys(
    CompartmentId const& compartment) {
    MutexLock const lock(state_.mutex);
    SALUS_TRY(auto const versions, state_.hierarchy->store().data_keys_of(compartment));
    std::vector<std::uint32_t> live;
    for (auto const& key : versions) {
        if (key.state != KeyState::destroyed) live.push_back(key.version);
    }
    if (live.empty() && !versions.empty())
        return fail(Errc::gone, "the keys of this compartment were destroyed");
    return live;
}

Result<std::vector<CompartmentId>> KeyRotationSteps::data_keys_older_than(WallTime then,
                                                                          std::size_t count_max) {
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->store().data_keys_older_than(then, count_max);
}

Result<std::vector<DataKeyVersion>> KeyRotationSteps::decrypt_only_data_keys(
    DataKeyVersion const& after, std::size_t count_max) {
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->store().decrypt_only_data_keys(after, count_max);
}

Result<std::uint32_t> KeyRotationSteps::begin_purpose_key(Purpose purpose) {
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    auto begun = state_.hierarchy->begin_purpose_key(purpose);
    purposes_changed();
    return begun;
}

Result<void> KeyRotationSteps::set_purpose_state(Purpose purpose, std::uint32_t version,
                                                 KeyState state) {
    if (state != KeyState::active) {
        return fail(Errc::conflict, "a purpose key becomes active, or is destroyed");
    }
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    auto done = state_.hierarchy->activate_purpose_key(purpose, version);
    state_.purposes.forget_sealing(purpose);
    purposes_changed();
    return done;
}

Result<void> KeyRotationSteps::destroy_purpose_key(Purpose purpose, std::uint32_t version) {
    MutexLock const rotation(state_.rotation);
    MutexLock const lock(state_.mutex);
    auto done = state_.hierarchy->destroy_purpose_key(purpose, version);
    state_.purposes.forget(purpose, version);
    purposes_changed();
    return done;
}

Result<RotationRequest> KeyRotationSteps::request(RotationOrder const& order) {
    RotationRequest const made{.kind = order.kind(), .older_than = order.before()};
    MutexLock const lock(state_.mutex);
    SALUS_TRY_VOID(state_.hierarchy->store().add_request(made));
    return made;
}

Result<void> KeyRotationSteps::set_paused(bool paused) {
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->store().set_paused(paused);
}

Result<RotationOrders> KeyRotationSteps::orders() {
    MutexLock const lock(state_.mutex);
    return state_.hierarchy->store().orders();
}

Result<RotationStatus> KeyRotationSteps::status() {
    return read_rotation_status(state_.directory);
}

}  // namespace salus::keys

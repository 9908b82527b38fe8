#include <algorithm>

#include "foundation/limits.h"
#include "keys/key_hierarchy.h"

namespace salus::keys {
namespace {

constexpr Literal kTooManyVersions = "earlier versions of this key have to be destroyed first";

bool is_live(StoredKey const& key) {
    return key.state != KeyState::destroyed;
}

// What a rotation has to finish; retired keys wait for nothing.
bool is_in_use(StoredKey const& key) {
    return is_live(key) && key.state != KeyState::retired;
}

StoredKey tombstone_of(StoredKey const& key) {
    return {.version = key.version, .state = KeyState::destroyed, .wrapped = {}};
}

}  // namespace

Result<StoredShardKey> KeyHierarchy::next_shard_key(std::uint32_t shard) {
    SALUS_TRY(auto const latest, store_.latest_shard_key(shard));
    SALUS_TRY(auto const live, store_.shard_keys_of(shard));
    if (live.size() >= limits::kKeyVersionsLive) return fail(Errc::conflict, kTooManyVersions);
    auto const id = crypto::random_secret(around_.random, sizeof(KeyId::Array));
    return StoredShardKey{.id = KeyId::from(id.reveal()),
                          .shard = shard,
                          .epoch = latest ? latest->epoch + 1 : kFirstVersion,
                          .state = KeyState::active,
                          .kek_epoch = store_.kek_epoch(),
                          .wrapped = {}};
}

Result<void> KeyHierarchy::add_shard_epoch(StoredShardKey const& fresh, SecretBytes const& key,
                                           std::optional<StoredShardKey> const& before,
                                           std::optional<StoredShardKey> const& superseded) {
    SALUS_TRY(auto transaction, store_.begin());
    if (before) SALUS_TRY_VOID(store_.replace_shard_key(*before, *superseded));
    SALUS_TRY_VOID(store_.add_shard_key(fresh, around_.clock.now()));
    SALUS_TRY_VOID(transaction.commit());
    keep_opened(fresh, key);
    return {};
}

// One transaction: what was read is what is re-wrapped.
Result<std::uint64_t> KeyHierarchy::rewrap_keys_of_shard(std::uint32_t shard,
                                                         std::size_t count_max) {
    count_max = std::min(count_max, limits::kRewrappedAtOnce);
    SALUS_TRY(auto const epochs, store_.shard_keys_of(shard));
    std::uint64_t left = 0;
    for (auto const& old : epochs) {
        if (old.state == KeyState::active) continue;
        SALUS_TRY(auto const count, store_.count_keys_under(old.id));
        auto const now = std::min<std::uint64_t>(count, count_max);
        if (now > 0) SALUS_TRY_VOID(rewrap_keys_under(old, now));
        count_max -= now;
        left += count - now;
    }
    return left;
}

Result<void> KeyHierarchy::rewrap_keys_under(StoredShardKey const& old, std::size_t count_max) {
    SALUS_TRY(auto transaction, store_.begin());
    if (old.shard == kTenantShard) {
        SALUS_TRY(auto const keys, store_.purpose_keys_under(old.id, count_max));
        for (auto const& [number, stored] : keys) {
            auto const purpose = static_cast<Purpose>(number);
            SALUS_TRY(auto const key, unwrap_purpose_key(purpose, stored));
            SALUS_TRY(auto const fresh,
                      wrap_purpose_key(purpose, stored.version, stored.state, key));
            SALUS_TRY_VOID(store_.replace_purpose_key(number, fresh));
        }
    } else {
        SALUS_TRY(auto const keys, store_.data_keys_under(old.id, count_max));
        for (auto const& [compartment, stored] : keys) {
            SALUS_TRY(auto const key, unwrap_data_key(compartment, stored));
            SALUS_TRY(auto const fresh,
                      wrap_data_key(compartment, stored.version, stored.state, key));
            SALUS_TRY_VOID(store_.replace_data_key(compartment, fresh));
        }
    }
    SALUS_TRY_VOID(reach("keys re-wrapped, not committed"));
    SALUS_TRY_VOID(transaction.commit());
    return reach("keys re-wrapped");
}

Result<std::vector<std::uint32_t>> KeyHierarchy::destroy_unused_shard_keys(std::uint32_t shard) {
    SALUS_TRY(auto const epochs, store_.shard_keys_of(shard));
    std::vector<std::uint32_t> destroyed;
    for (auto const& old : epochs) {
        if (old.state == KeyState::active) continue;
        SALUS_TRY(auto const count, store_.count_keys_under(old.id));
        if (count > 0) continue;
        auto tombstone = old;
        tombstone.state = KeyState::destroyed;
        tombstone.wrapped.clear();
        SALUS_TRY_VOID(store_.replace_shard_key(old, tombstone));
        shard_keys_.forget(old.id);
        destroyed.push_back(old.epoch);
        SALUS_TRY_VOID(reach("shard key destroyed"));
    }
    SALUS_TRY_VOID(store_.empty_wal());
    return destroyed;
}

Result<DataKey> KeyHierarchy::begin_data_key(CompartmentId const& compartment) {
    SALUS_TRY(auto const versions, store_.data_keys_of(compartment));
    if (versions.empty()) return fail(Errc::not_found, "the compartment has no key");
    auto const& last = versions.back();
    if (!is_live(last)) return fail(Errc::gone, "the compartment's key was destroyed");
    if (std::ranges::count_if(versions, is_in_use) >=
        static_cast<std::ptrdiff_t>(limits::kKeyVersionsLive)) {
        return fail(Errc::conflict, kTooManyVersions);
    }
    SALUS_TRY(auto transaction, store_.begin());
    SALUS_TRY(auto const old, unwrap_data_key(compartment, last));
    SALUS_TRY(auto const superseded,
              wrap_data_key(compartment, last.version, KeyState::decrypt_only, old));
    SALUS_TRY_VOID(store_.replace_data_key(compartment, superseded));
    SALUS_TRY_VOID(reach("data key superseded, not committed"));
    DataKey made{.version = last.version + 1,
                 .key = crypto::random_secret(around_.random, kKeyBytes)};
    SALUS_TRY(auto const fresh,
              wrap_data_key(compartment, made.version, KeyState::active, made.key));
    SALUS_TRY_VOID(store_.add_data_key(compartment, fresh, around_.clock.now()));
    SALUS_TRY_VOID(transaction.commit());
    ++data_keys_;
    SALUS_TRY_VOID(reach("data key begun"));
    return made;
}

// The state is bound into the wrapped key, so both directions wrap it again.
Result<void> KeyHierarchy::move_data_key(CompartmentId const& compartment, std::uint32_t version,
                                         KeyState from, KeyState to) {
    SALUS_TRY(auto transaction, store_.begin());
    SALUS_TRY(auto const stored, store_.data_key(compartment, version));
    if (!stored) return fail(Errc::not_found, "the data key does not exist");
    if (stored->state == to) return {};
    if (!is_live(*stored)) return fail(Errc::gone, "the data key was destroyed");
    if (stored->state != from) return fail(Errc::conflict, "the data key is in another state");
    SALUS_TRY(auto const key, unwrap_data_key(compartment, *stored));
    SALUS_TRY(auto const moved, wrap_data_key(compartment, version, to, key));
    SALUS_TRY_VOID(store_.replace_data_key(compartment, moved));
    if (to == KeyState::retired) {
        SALUS_TRY_VOID(store_.set_retired(compartment, version, around_.clock.now()));
    }
    SALUS_TRY_VOID(reach("data key moved, not committed"));
    SALUS_TRY_VOID(transaction.commit());
    return reach("data key moved");
}

Result<void> KeyHierarchy::retire_data_key(CompartmentId const& compartment,
                                           std::uint32_t version) {
    return move_data_key(compartment, version, KeyState::decrypt_only, KeyState::retired);
}

Result<void> KeyHierarchy::readmit_data_key(CompartmentId const& compartment,
                                            std::uint32_t version) {
    return move_data_key(compartment, version, KeyState::retired, KeyState::decrypt_only);
}

Result<void> KeyHierarchy::destroy_data_key(CompartmentId const& compartment,
                                            std::uint32_t version) {
    SALUS_TRY(auto const stored, store_.data_key(compartment, version));
    if (!stored) return fail(Errc::not_found, "the data key does not exist");
    if (stored->state == KeyState::active) {
        return fail(Errc::conflict, "a data key that seals is not destroyed");
    }
    if (is_live(*stored)) {
        SALUS_TRY_VOID(reach("data key to be destroyed"));
        SALUS_TRY_VOID(store_.replace_data_key(compartment, tombstone_of(*stored)));
        --data_keys_;
        SALUS_TRY_VOID(reach("data key destroyed"));
    }
    return store_.empty_wal();
}

Result<std::vector<std::uint32_t>> KeyHierarchy::destroy_compartment(
    CompartmentId const& compartment) {
    SALUS_TRY(auto transaction, store_.begin());
    SALUS_TRY(auto const versions, store_.data_keys_of(compartment));
    std::vector<std::uint32_t> destroyed;
    for (auto const& stored : versions) {
        if (!is_live(stored)) continue;
        SALUS_TRY_VOID(store_.replace_data_key(compartment, tombstone_of(stored)));
        destroyed.push_back(stored.version);
    }
    if (versions.empty()) {
        StoredKey const never{
            .version = kFirstVersion, .state = KeyState::destroyed, .wrapped = {}};
        SALUS_TRY_VOID(store_.add_data_key(compartment, never, around_.clock.now()));
    }
    SALUS_TRY_VOID(reach("compartment destroyed, not committed"));
    SALUS_TRY_VOID(transaction.commit());
    data_keys_ -= destroyed.size();
    SALUS_TRY_VOID(reach("compartment destroyed"));
    SALUS_TRY_VOID(store_.empty_wal());
    return destroyed;
}

Result<std::uint32_t> KeyHierarchy::begin_purpose_key(Purpose purpose) {
    if (purpose == Purpose::address) {
        return fail(Errc::invalid, "the address key is bound into every record and stays");
    }
    SALUS_TRY(auto const versions, store_.purpose_keys_of(number_of(purpose)));
    if (versions.empty()) return fail(Errc::corrupt, "a purpose key is missing");
    auto const& last = versions.back();
    if (last.state == KeyState::pre_active) return last.version;
    // What audit details were sealed with is kept for as long as they are.
    bool const is_kept = purpose == Purpose::audit_detail;
    if (!is_kept && std::ranges::count_if(versions, is_live) >=
                        static_cast<std::ptrdiff_t>(limits::kKeyVersionsLive)) {
        return fail(Errc::conflict, kTooManyVersions);
    }
    SALUS_TRY(auto transaction, store_.begin());
    auto const key = crypto::random_secret(around_.random, kKeyBytes);
    SALUS_TRY(auto const fresh,
              wrap_purpose_key(purpose, last.version + 1, KeyState::pre_active, key));
    SALUS_TRY_VOID(store_.add_purpose_key(number_of(purpose), fresh, around_.clock.now()));
    SALUS_TRY_VOID(transaction.commit());
    SALUS_TRY_VOID(reach("purpose key begun"));
    return fresh.version;
}

Result<void> KeyHierarchy::activate_purpose_key(Purpose purpose, std::uint32_t version) {
    auto const number = number_of(purpose);
    SALUS_TRY(auto const stored, store_.purpose_key(number, version));
    SALUS_TRY(auto const active, store_.active_purpose_key(number));
    if (!stored || !active) return fail(Errc::not_found, "the purpose key does not exist");
    if (stored->state == KeyState::active) return {};
    if (stored->state != KeyState::pre_active) {
        return fail(Errc::conflict, "only a key that was never used becomes active");
    }
    SALUS_TRY(auto transaction, store_.begin());
    SALUS_TRY(auto const old, unwrap_purpose_key(purpose, *active));
    SALUS_TRY(auto const key, unwrap_purpose_key(purpose, *stored));
    SALUS_TRY(auto const superseded,
              wrap_purpose_key(purpose, active->version, KeyState::decrypt_only, old));
    SALUS_TRY(auto const fresh, wrap_purpose_key(purpose, version, KeyState::active, key));
    SALUS_TRY_VOID(store_.replace_purpose_key(number, superseded));
    SALUS_TRY_VOID(reach("purpose key superseded, not committed"));
    SALUS_TRY_VOID(store_.replace_purpose_key(number, fresh));
    SALUS_TRY_VOID(transaction.commit());
    return reach("purpose key activated");
}

Result<void> KeyHierarchy::destroy_purpose_key(Purpose purpose, std::uint32_t version) {
    auto const number = number_of(purpose);
    SALUS_TRY(auto const stored, store_.purpose_key(number, version));
    if (!stored) return fail(Errc::not_found, "the purpose key does not exist");
    if (stored->state == KeyState::active) {
        return fail(Errc::conflict, "a purpose key that is in use is not destroyed");
    }
    if (is_live(*stored)) {
        SALUS_TRY_VOID(reach("purpose key to be destroyed"));
        SALUS_TRY_VOID(store_.replace_purpose_key(number, tombstone_of(*stored)));
        SALUS_TRY_VOID(reach("purpose key destroyed"));
    }
    return store_.empty_wal();
}

}  // namespace salus::keys

// Inside the room: the key hierarchy of one tenant (ENC-2) without locks and without the cache of
// data keys. KEK (KMS) -> shard keys, 64 for the data and one for the tenant's purposes -> data
// keys, purpose keys. What binds each wrapped key: docs/formats/key-store.md.
//
// A key comes back as the key that was made, or not at all: Errc::corrupt for a changed, moved or
// swapped row; Errc::unavailable when the KMS or the disk cannot answer. Thread safety: one thread
// at a time.
//
// With a KMS that may block, all shard keys are made and opened by open(), and from then on come
// from the cache alone: keep_opened() is what renews them.
#pragma once

#include <memory>
#include <span>

#include "foundation/fault_points.h"
#include "keys/key_cache.h"
#include "keys/key_store.h"
#include "keys/keyring.h"

namespace salus::keys {

// Ask the KMS. Any thread, and without the hierarchy's own.
[[nodiscard]] Result<SecretBytes> unwrap_at_service(KeyManagementService& service,
                                                    TenantName const& tenant,
                                                    StoredShardKey const& stored);
// Sets `stored.wrapped`: the key, bound to what else `stored` says.
[[nodiscard]] Result<void> wrap_at_service(KeyManagementService& service, TenantName const& tenant,
                                           StoredShardKey& stored, SecretBytes const& key);

inline constexpr std::uint32_t kFirstVersion = 1;
[[nodiscard]] constexpr std::uint8_t number_of(Purpose purpose) noexcept {
    return static_cast<std::uint8_t>(purpose);
}

class KeyHierarchy {
public:
    struct Surroundings {
        TenantName tenant;
        std::string realm;
        KeyManagementService& service;
        crypto::Random& random;
        Clock const& clock;
        KeyMemory& memory;
        FaultPoints* faults = nullptr;
    };
    // Makes what a new tenant needs: KEK, tenant key, purpose keys.
    static Result<std::unique_ptr<KeyHierarchy>> open(std::filesystem::path const& directory,
                                                      Surroundings surroundings);

    // Makes the key, durably, if the compartment has none. Errc::gone when the compartment's key
    // was destroyed; Errc::conflict when the latest key no longer seals.
    Result<DataKey> key_for_writing(CompartmentId const& compartment);
    // Errc::not_found when it never existed, Errc::gone when it was retired or destroyed.
    Result<SecretBytes> key_for_reading(CompartmentId const& compartment, std::uint32_t version);
    // Makes the keys that are absent, all in one durable transaction.
    Result<void> prepare(std::span<CompartmentId const> compartments);
    // The version that seals; one that opens; and all that are live.
    Result<DataKey> purpose_key_for_writing(Purpose purpose);
    Result<SecretBytes> purpose_key_for_reading(Purpose purpose, std::uint32_t version);
    Result<std::vector<PurposeKey>> purpose_keys(Purpose purpose);

    // The shard keys that are not opened, or were so long enough ago to be opened anew.
    Result<std::vector<StoredShardKey>> shard_keys_due();
    void keep_opened(StoredShardKey const& stored, SecretBytes const& key) {
        shard_keys_.renew(stored.id, key);
    }

    // --- Rotation (key_hierarchy_rotation.cc): the parts of keys/key_rotation.h that neither wait
    // for the KMS nor know of the keyring's caches.
    [[nodiscard]] KeyStore& store() noexcept { return store_; }
    [[nodiscard]] SecretBytes new_key() { return crypto::random_secret(around_.random, kKeyBytes); }
    // The shard's next key as it would be stored, not wrapped yet. Errc::conflict beyond
    // limits::kKeyVersionsLive.
    Result<StoredShardKey> next_shard_key(std::uint32_t shard);
    // Stores it, with `before` in its new form if the shard had a key. Errc::conflict when the
    // shard's keys changed since next_shard_key().
    Result<void> add_shard_epoch(StoredShardKey const& fresh, SecretBytes const& key,
                                 std::optional<StoredShardKey> const& before,
                                 std::optional<StoredShardKey> const& superseded);
    Result<std::uint64_t> rewrap_keys_of_shard(std::uint32_t shard, std::size_t count_max);
    Result<std::vector<std::uint32_t>> destroy_unused_shard_keys(std::uint32_t shard);
    Result<DataKey> begin_data_key(CompartmentId const& compartment);
    Result<void> retire_data_key(CompartmentId const& compartment, std::uint32_t version);
    Result<void> readmit_data_key(CompartmentId const& compartment, std::uint32_t version);
    Result<void> destroy_data_key(CompartmentId const& compartment, std::uint32_t version);
    Result<std::vector<std::uint32_t>> destroy_compartment(CompartmentId const& compartment);
    Result<std::uint32_t> begin_purpose_key(Purpose purpose);
    Result<void> activate_purpose_key(Purpose purpose, std::uint32_t version);
    Result<void> destroy_purpose_key(Purpose purpose, std::uint32_t version);

    [[nodiscard]] std::uint64_t data_keys() const noexcept { return data_keys_; }
    void forget_expired() { shard_keys_.forget_expired(); }

private:
    struct ShardKey {
        WrappingKeyName name;
        SecretBytes key;
    };
    KeyHierarchy(Surroundings surroundings, KeyStore store);

    Result<void> make_purpose_keys();
    // All shards of the tenant, made if they are absent and opened.
    Result<void> open_shard_keys();
    // REQUIRES: a transaction of the store.
    Result<DataKey> make_data_key(CompartmentId const& compartment);
    Result<ShardKey> make_shard_key(std::uint32_t shard);
    // The shard's key for wrapping; makes it if the shard has none. REQUIRES: a transaction.
    Result<ShardKey> shard_key_for_wrapping(std::uint32_t shard);
    Result<SecretBytes> unwrap_shard_key(StoredShardKey const& stored);
    // Opens a key that a key of this shard wrapped.
    Result<SecretBytes> unwrap(std::uint32_t shard, crypto::Context const& context,
                               StoredKey const& stored);
    Result<SecretBytes> unwrap_data_key(CompartmentId const& compartment, StoredKey const& stored);
    Result<SecretBytes> unwrap_purpose_key(Purpose purpose, StoredKey const& stored);
    // The key in a state, wrapped by its shard's present key. REQUIRES: a transaction.
    Result<StoredKey> wrap_data_key(CompartmentId const& compartment, std::uint32_t version,
                                    KeyState state, SecretBytes const& key);
    Result<StoredKey> wrap_purpose_key(Purpose purpose, std::uint32_t version, KeyState state,
                                       SecretBytes const& key);
    Result<void> move_data_key(CompartmentId const& compartment, std::uint32_t version,
                               KeyState from, KeyState to);
    Result<void> rewrap_keys_under(StoredShardKey const& old, std::size_t count_max);
    Result<void> reach(Literal point) { return salus::reach(around_.faults, point); }

    [[nodiscard]] KekName kek(std::uint32_t epoch) const;
    [[nodiscard]] crypto::Context data_key_context(CompartmentId const& compartment,
                                                   std::uint32_t version, KeyState state) const;
    [[nodiscard]] crypto::Context purpose_key_context(Purpose purpose, std::uint32_t version,
                                                      KeyState state) const;

    Surroundings around_;
    KeyStore store_;
    crypto::Sealer sealer_;
    KeyCache<KeyId> shard_keys_;
    bool from_cache_only_ = false;  // the KMS may block, and the hierarchy is open
    std::uint64_t data_keys_ = 0;
};

}  // namespace salus::keys

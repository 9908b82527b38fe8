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

#include "keys/key_cache.h"
#include "keys/key_store.h"
#include "keys/keyring.h"

namespace salus::keys {

// Compartment ids are keyed hashes, so the shards fill evenly. DO NOT CHANGE: part of the format.
inline constexpr std::uint32_t kShards = 64;
inline constexpr std::uint32_t kTenantShard = kShards;  // of the purpose keys
[[nodiscard]] std::uint32_t shard_of(CompartmentId const& compartment) noexcept;

// Asks the KMS. Any thread, and without the hierarchy's own.
[[nodiscard]] Result<SecretBytes> unwrap_at_service(KeyManagementService& service,
                                                    TenantName const& tenant,
                                                    StoredShardKey const& stored);

class KeyHierarchy {
public:
    struct Surroundings {
        TenantName tenant;
        std::string realm;
        KeyManagementService& service;
        crypto::Random& random;
        Clock const& clock;
        KeyMemory& memory;
    };
    // Makes what a new tenant needs: KEK, tenant key, purpose keys.
    static Result<std::unique_ptr<KeyHierarchy>> open(std::filesystem::path const& directory,
                                                      Surroundings surroundings);

    // Makes the key, durably, if the compartment has none. Errc::gone when the compartment's key
    // was destroyed; Errc::conflict when the latest key no longer seals.
    Result<DataKey> key_for_writing(CompartmentId const& compartment);
    // Errc::not_found when it never existed or was destroyed.
    Result<SecretBytes> key_for_reading(CompartmentId const& compartment, std::uint32_t version);
    // Makes the keys that are absent, all in one durable transaction.
    Result<void> prepare(std::span<CompartmentId const> compartments);
    Result<SecretBytes> purpose_key(Purpose purpose);

    // The shard keys that are not opened, or were so long enough ago to be opened anew.
    Result<std::vector<StoredShardKey>> shard_keys_due();
    void keep_opened(StoredShardKey const& stored, SecretBytes const& key) {
        shard_keys_.renew(stored.id, key);
    }

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

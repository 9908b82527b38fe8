// Inside the room: keys.db, the wrapped keys of one tenant (docs/formats/key-store.md). It holds
// ciphertext and never sees a key. Errors: as sqlite/database.h; Errc::corrupt for a row of a form
// that is never written. Thread safety: one thread at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "foundation/clock.h"
#include "foundation/strong_id.h"
#include "keys/key_rotation.h"
#include "keys/wrapped_key.h"
#include "sqlite/database.h"

namespace salus::keys {

struct StoredKey {
    std::uint32_t version = 0;
    KeyState state = KeyState::destroyed;
    Bytes wrapped;  // empty when destroyed
};

struct StoredShardKey {
    KeyId id;
    std::uint32_t shard = 0;
    std::uint32_t epoch = 0;
    KeyState state = KeyState::destroyed;
    std::uint32_t kek_epoch = 0;
    Bytes wrapped;
};

struct StoredKek {
    std::uint32_t epoch = 0;
    WallTime created{};
    bool is_destroyed = false;
};

// A data key with the compartment it is of.
struct StoredDataKey {
    CompartmentId compartment;
    StoredKey key;
};
struct StoredPurposeKey {
    std::uint8_t purpose = 0;
    StoredKey key;
};

class KeyStore {
public:
    // Errors as prepare_key_store (key_store_schema.h).
    static Result<KeyStore> open(std::filesystem::path const& directory, TenantName const& tenant,
                                 std::string const& realm, WallTime now);

    // The epoch of the KEK that new shard keys are wrapped with.
    [[nodiscard]] std::uint32_t kek_epoch() const noexcept { return kek_epoch_; }

    Result<std::optional<StoredKey>> latest_data_key(CompartmentId const& compartment);
    Result<std::optional<StoredKey>> data_key(CompartmentId const& compartment,
                                              std::uint32_t version);
    Result<std::optional<StoredKey>> latest_purpose_key(std::uint8_t purpose);
    Result<std::optional<StoredKey>> active_purpose_key(std::uint8_t purpose);
    Result<std::optional<StoredKey>> purpose_key(std::uint8_t purpose, std::uint32_t version);
    Result<std::optional<StoredShardKey>> latest_shard_key(std::uint32_t shard);
    Result<std::optional<StoredShardKey>> shard_key(KeyId const& id);
    Result<bool> has_shard_keys();
    // All that are not destroyed. Errc::too_large beyond `count_max`.
    Result<std::vector<StoredShardKey>> shard_keys(std::size_t count_max);
    // Those that are not destroyed. Reads every row.
    Result<std::uint64_t> count_data_keys();

    // Durable once the transaction around them is committed. Errc::conflict for a duplicate.
    Result<sqlite::Transaction> begin() { return sqlite::Transaction::begin(database_); }
    Result<void> add_data_key(CompartmentId const& compartment, StoredKey const& key, WallTime now);
    Result<void> add_purpose_key(std::uint8_t purpose, StoredKey const& key, WallTime now);
    Result<void> add_shard_key(StoredShardKey const& key, WallTime now);

    // Rotation (key_store_rotation.cc). Changes are durable as those above.
    Result<std::vector<StoredKek>> keks();
    Result<void> add_kek(std::uint32_t epoch, WallTime now);
    Result<void> mark_kek_destroyed(std::uint32_t epoch, WallTime now);
    // REQUIRES: no transaction is open, so that a rollback leaves no other epoch in memory.
    Result<void> use_kek(std::uint32_t epoch);
    Result<std::uint64_t> count_shard_keys_under(std::uint32_t kek_epoch);
    // Under other KEKs than the present one, at most `count_max`.
    Result<std::vector<StoredShardKey>> shard_keys_under_other_keks(std::size_t count_max);
    Result<std::uint64_t> count_shard_keys_under_other_keks();
    // The live keys of one shard, by epoch.
    Result<std::vector<StoredShardKey>> shard_keys_of(std::uint32_t shard);
    // State, KEK epoch and wrapped bytes change. Errc::conflict when the key was re-wrapped or
    // destroyed since `from` was read.
    Result<void> replace_shard_key(StoredShardKey const& from, StoredShardKey const& to);
    // What this shard key wraps: data keys, or purpose keys, at most `count_max`; and how many.
    Result<std::vector<StoredDataKey>> data_keys_under(KeyId const& shard_key,
                                                       std::size_t count_max);
    Result<std::vector<StoredPurposeKey>> purpose_keys_under(KeyId const& shard_key,
                                                             std::size_t count_max);
    Result<std::uint64_t> count_keys_under(KeyId const& shard_key);
    // All versions of a compartment, or of a purpose, tombstones too, by version.
    Result<std::vector<StoredKey>> data_keys_of(CompartmentId const& compartment);
    Result<std::vector<StoredKey>> purpose_keys_of(std::uint8_t purpose);
    // State and wrapped bytes change, of a row that is there.
    Result<void> replace_data_key(CompartmentId const& compartment, StoredKey const& key);
    Result<void> replace_purpose_key(std::uint8_t purpose, StoredKey const& key);
    // Active keys made before then, the oldest first; and versions that only open.
    Result<std::vector<CompartmentId>> data_keys_older_than(WallTime then, std::size_t count_max);
    Result<std::vector<DataKeyVersion>> decrypt_only_data_keys(DataKeyVersion const& after,
                                                               std::size_t count_max);
    // Those that were retired before then, the first retired first. `after` may have changed its
    // state since it was listed.
    Result<std::vector<DataKeyVersion>> retired_data_keys(WallTime then,
                                                          DataKeyVersion const& after,
                                                          std::size_t count_max);
    // When it was retired last; only the state says whether it is.
    Result<void> set_retired(CompartmentId const& compartment, std::uint32_t version,
                             WallTime when);
    // A later one of the same kind stays.
    Result<void> add_request(RotationRequest const& request);
    Result<void> set_paused(bool paused);
    Result<RotationOrders> orders();
    // What was overwritten is nowhere in the files from then on: the WAL is copied and emptied.
    Result<void> empty_wal() { return database_.checkpoint(sqlite::CheckpointMode::truncate); }

private:
    struct Statements;
    KeyStore(sqlite::Database database, Statements statements, std::uint32_t kek_epoch);

    struct Statements {
        sqlite::Statement latest_data_key;
        sqlite::Statement data_key;
        sqlite::Statement latest_purpose_key;
        sqlite::Statement active_purpose_key;
        sqlite::Statement purpose_key;
        sqlite::Statement latest_shard_key;
        sqlite::Statement shard_key;
        sqlite::Statement add_data_key;
        sqlite::Statement add_purpose_key;
        sqlite::Statement add_shard_key;
    };
    static Result<Statements> prepare(sqlite::Database& database);

    sqlite::Database database_;
    Statements statements_;
    std::uint32_t kek_epoch_;
};

}  // namespace salus::keys

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
#include "keys/wrapped_key.h"
#include "sqlite/database.h"

namespace salus::keys {

// NIST SP 800-57 part 1, section 7: what a key may still be used for.
enum class KeyState : std::uint8_t {  // DO NOT CHANGE: bound into wrapped keys
    active = 1,                       // seals and opens
    decrypt_only = 2,                 // opens what it sealed
    destroyed = 3,                    // a tombstone: the version existed and the key is gone
};

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

class KeyStore {
public:
    // Errc::conflict when keys.db is another tenant's or another instance's.
    static Result<KeyStore> open(std::filesystem::path const& directory, TenantName const& tenant,
                                 std::string const& realm);

    // The epoch of the KEK that new shard keys are wrapped with.
    [[nodiscard]] std::uint32_t kek_epoch() const noexcept { return kek_epoch_; }

    Result<std::optional<StoredKey>> latest_data_key(CompartmentId const& compartment);
    Result<std::optional<StoredKey>> data_key(CompartmentId const& compartment,
                                              std::uint32_t version);
    Result<std::optional<StoredKey>> latest_purpose_key(std::uint8_t purpose);
    Result<std::optional<StoredShardKey>> latest_shard_key(std::uint32_t shard);
    Result<std::optional<StoredShardKey>> shard_key(KeyId const& id);
    // All that are not destroyed. Errc::too_large beyond `count_max`.
    Result<std::vector<StoredShardKey>> shard_keys(std::size_t count_max);
    // Those that are not destroyed. Reads every row.
    Result<std::uint64_t> count_data_keys();

    // Durable once the transaction around them is committed. Errc::conflict for a duplicate.
    Result<sqlite::Transaction> begin() { return sqlite::Transaction::begin(database_); }
    Result<void> add_data_key(CompartmentId const& compartment, StoredKey const& key, WallTime now);
    Result<void> add_purpose_key(std::uint8_t purpose, StoredKey const& key, WallTime now);
    Result<void> add_shard_key(StoredShardKey const& key, WallTime now);

private:
    struct Statements;
    KeyStore(sqlite::Database database, Statements statements, std::uint32_t kek_epoch);

    struct Statements {
        sqlite::Statement latest_data_key;
        sqlite::Statement data_key;
        sqlite::Statement latest_purpose_key;
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

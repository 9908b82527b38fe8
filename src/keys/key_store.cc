#include "keys/key_store.h"

#include "foundation/file.h"
#include "keys/key_rows.h"
#include "keys/key_store_schema.h"

namespace salus::keys {
namespace {

Result<std::uint32_t> read_kek_epoch(sqlite::Database& database) {
    SALUS_TRY(auto const epoch, database.number("SELECT kek_epoch FROM key_store"));
    return counting_number(epoch);
}

}  // namespace

KeyStore::KeyStore(sqlite::Database database, Statements statements, std::uint32_t kek_epoch)
    : database_(std::move(database)), statements_(std::move(statements)), kek_epoch_(kek_epoch) {}

Result<KeyStore> KeyStore::open(std::filesystem::path const& directory, TenantName const& tenant,
                                std::string const& realm, WallTime now) {
    SALUS_TRY_VOID(make_private_directory(directory));
    SALUS_TRY(auto database, sqlite::Database::open(directory / "keys.db", {}));
    SALUS_TRY_VOID(prepare_key_store(database, tenant, realm, now));
    SALUS_TRY(auto const kek_epoch, read_kek_epoch(database));
    SALUS_TRY(auto statements, prepare(database));
    return KeyStore(std::move(database), std::move(statements), kek_epoch);
}

Result<KeyStore::Statements> KeyStore::prepare(sqlite::Database& database) {
    SALUS_TRY(auto latest_data_key,
              database.prepare("SELECT version, state, wrapped FROM data_key "
                               "WHERE compartment = ?1 ORDER BY version DESC LIMIT 1"));
    SALUS_TRY(auto data_key, database.prepare("SELECT version, state, wrapped FROM data_key "
                                              "WHERE compartment = ?1 AND version = ?2"));
    SALUS_TRY(auto latest_purpose_key,
              database.prepare("SELECT version, state, wrapped FROM purpose_key "
                               "WHERE purpose = ?1 ORDER BY version DESC LIMIT 1"));
    SALUS_TRY(auto active_purpose_key,
              database.prepare("SELECT version, state, wrapped FROM purpose_key "
                               "WHERE purpose = ?1 AND state = 1 ORDER BY version DESC LIMIT 1"));
    SALUS_TRY(auto purpose_key, database.prepare("SELECT version, state, wrapped FROM purpose_key "
                                                 "WHERE purpose = ?1 AND version = ?2"));
    SALUS_TRY(auto latest_shard_key,
              database.prepare("SELECT id, shard, epoch, state, kek_epoch, wrapped FROM shard_key "
                               "WHERE shard = ?1 ORDER BY epoch DESC LIMIT 1"));
    SALUS_TRY(auto shard_key,
              database.prepare("SELECT id, shard, epoch, state, kek_epoch, wrapped FROM shard_key "
                               "WHERE id = ?1"));
    SALUS_TRY(auto add_data_key,
              database.prepare("INSERT INTO data_key (compartment, version, state, created, "
                               "wrapped) VALUES (?1, ?2, ?3, ?4, ?5)"));
    SALUS_TRY(auto add_purpose_key,
              database.prepare("INSERT INTO purpose_key (purpose, version, state, created, "
                               "wrapped) VALUES (?1, ?2, ?3, ?4, ?5)"));
    SALUS_TRY(auto add_shard_key,
              database.prepare("INSERT INTO shard_key (id, shard, epoch, state, created, "
                               "kek_epoch, wrapped) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    return Statements{.latest_data_key = std::move(latest_data_key),
                      .data_key = std::move(data_key),
                      .latest_purpose_key = std::move(latest_purpose_key),
                      .active_purpose_key = std::move(active_purpose_key),
                      .purpose_key = std::move(purpose_key),
                      .latest_shard_key = std::move(latest_shard_key),
                      .shard_key = std::move(shard_key),
                      .add_data_key = std::move(add_data_key),
                      .add_purpose_key = std::move(add_purpose_key),
                      .add_shard_key = std::move(add_shard_key)};
}

Result<std::optional<StoredKey>> KeyStore::latest_data_key(CompartmentId const& compartment) {
    auto rows = statements_.latest_data_key.query(compartment.bytes());
    return read_key(rows);
}

Result<std::optional<StoredKey>> KeyStore::data_key(CompartmentId const& compartment,
                                                    std::uint32_t version) {
    auto rows = statements_.data_key.query(compartment.bytes(), std::int64_t{version});
    return read_key(rows);
}

Result<std::optional<StoredKey>> KeyStore::latest_purpose_key(std::uint8_t purpose) {
    auto rows = statements_.latest_purpose_key.query(std::int64_t{purpose});
    return read_key(rows);
}

Result<std::optional<StoredKey>> KeyStore::active_purpose_key(std::uint8_t purpose) {
    auto rows = statements_.active_purpose_key.query(std::int64_t{purpose});
    return read_key(rows);
}

Result<std::optional<StoredKey>> KeyStore::purpose_key(std::uint8_t purpose,
                                                       std::uint32_t version) {
    auto rows = statements_.purpose_key.query(std::int64_t{purpose}, std::int64_t{version});
    return read_key(rows);
}

Result<std::optional<StoredShardKey>> KeyStore::latest_shard_key(std::uint32_t shard) {
    auto rows = statements_.latest_shard_key.query(std::int64_t{shard});
    return read_shard_key(rows);
}

Result<std::optional<StoredShardKey>> KeyStore::shard_key(KeyId const& id) {
    auto rows = statements_.shard_key.query(id.bytes());
    return read_shard_key(rows);
}

Result<std::vector<StoredShardKey>> KeyStore::shard_keys(std::size_t count_max) {
    SALUS_TRY(auto select,
              database_.prepare("SELECT id, shard, epoch, state, kek_epoch, wrapped FROM shard_key "
                                "WHERE state <> 3 ORDER BY shard, epoch"));
    auto rows = select.query();
    SALUS_TRY(auto keys, read_all(rows, read_shard_key));
    if (keys.size() > count_max) return fail(Errc::too_large, "too many shard keys");
    return keys;
}

Result<bool> KeyStore::has_shard_keys() {
    SALUS_TRY(auto const any, database_.number("SELECT EXISTS (SELECT 1 FROM shard_key)"));
    return any != 0;
}

Result<std::uint64_t> KeyStore::count_data_keys() {
    SALUS_TRY(auto const count, database_.number("SELECT count(*) FROM data_key WHERE state <> 3"));
    return static_cast<std::uint64_t>(count);
}

Result<void> KeyStore::add_data_key(CompartmentId const& compartment, StoredKey const& key,
                                    WallTime now) {
    SALUS_TRY_VOID(statements_.add_data_key.run(compartment.bytes(), std::int64_t{key.version},
                                                number_of(key.state), to_unix_seconds(now),
                                                column_of(key.wrapped)));
    return {};
}

Result<void> KeyStore::add_purpose_key(std::uint8_t purpose, StoredKey const& key, WallTime now) {
    SALUS_TRY_VOID(statements_.add_purpose_key.run(std::int64_t{purpose}, std::int64_t{key.version},
                                                   number_of(key.state), to_unix_seconds(now),
                                                   column_of(key.wrapped)));
    return {};
}

Result<void> KeyStore::add_shard_key(StoredShardKey const& key, WallTime now) {
    SALUS_TRY_VOID(statements_.add_shard_key.run(
        key.id.bytes(), std::int64_t{key.shard}, std::int64_t{key.epoch}, number_of(key.state),
        to_unix_seconds(now), std::int64_t{key.kek_epoch}, column_of(key.wrapped)));
    return {};
}

}  // namespace salus::keys

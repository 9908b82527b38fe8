#include "keys/key_store.h"

#include <limits>

#include "foundation/file.h"

namespace salus::keys {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr Literal kBadRow = "a row of the key store has a wrong form";

// A compartment's shard is a function of its id's first byte, so the keys of a shard are four
// ranges of data_key's primary key: rotation of a shard key needs no further index.
constexpr Literal kSchema = R"sql(
CREATE TABLE IF NOT EXISTS key_store (
    format INTEGER NOT NULL, tenant BLOB NOT NULL, realm BLOB NOT NULL,
    kek_epoch INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS shard_key (
    id BLOB NOT NULL PRIMARY KEY, shard INTEGER NOT NULL, epoch INTEGER NOT NULL,
    state INTEGER NOT NULL, created INTEGER NOT NULL, kek_epoch INTEGER NOT NULL, wrapped BLOB,
    UNIQUE (shard, epoch)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS purpose_key (
    purpose INTEGER NOT NULL, version INTEGER NOT NULL, state INTEGER NOT NULL,
    created INTEGER NOT NULL, wrapped BLOB,
    PRIMARY KEY (purpose, version)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS data_key (
    compartment BLOB NOT NULL, version INTEGER NOT NULL, state INTEGER NOT NULL,
    created INTEGER NOT NULL, wrapped BLOB,
    PRIMARY KEY (compartment, version)) STRICT, WITHOUT ROWID;
)sql";

Result<std::uint32_t> counting_number(std::int64_t value) {
    if (value < 1 || value > std::numeric_limits<std::uint32_t>::max()) {
        return fail(Errc::corrupt, kBadRow);
    }
    return static_cast<std::uint32_t>(value);
}

Result<KeyState> state_of(std::int64_t value) {
    if (value < 1 || value > 3) return fail(Errc::corrupt, kBadRow);
    return static_cast<KeyState>(value);
}

std::int64_t number_of(KeyState state) {
    return static_cast<std::int64_t>(state);
}

Bytes copy_of(BytesView bytes) {
    return {bytes.begin(), bytes.end()};
}

// A tombstone has no key; every other row has one.
std::optional<BytesView> column_of(Bytes const& wrapped) {
    if (wrapped.empty()) return std::nullopt;
    return BytesView(wrapped);
}

// Columns: version, state, wrapped.
Result<std::optional<StoredKey>> read_key(sqlite::Rows& rows) {
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    SALUS_TRY(auto const version, counting_number(rows.number(0)));
    SALUS_TRY(auto const state, state_of(rows.number(1)));
    return StoredKey{.version = version, .state = state, .wrapped = copy_of(rows.bytes(2))};
}

// Columns: id, shard, epoch, state, kek_epoch, wrapped.
Result<std::optional<StoredShardKey>> read_shard_key(sqlite::Rows& rows) {
    SALUS_TRY(bool const found, rows.next());
    if (!found) return std::nullopt;
    if (rows.bytes(0).size() != sizeof(KeyId::Array)) return fail(Errc::corrupt, kBadRow);
    auto const shard = rows.number(1);
    if (shard < 0 || shard > std::numeric_limits<std::uint32_t>::max()) {
        return fail(Errc::corrupt, kBadRow);
    }
    SALUS_TRY(auto const epoch, counting_number(rows.number(2)));
    SALUS_TRY(auto const state, state_of(rows.number(3)));
    SALUS_TRY(auto const kek_epoch, counting_number(rows.number(4)));
    return StoredShardKey{.id = KeyId::from(rows.bytes(0)),
                          .shard = static_cast<std::uint32_t>(shard),
                          .epoch = epoch,
                          .state = state,
                          .kek_epoch = kek_epoch,
                          .wrapped = copy_of(rows.bytes(5))};
}

Result<void> create_schema(sqlite::Database& database, TenantName const& tenant,
                           std::string const& realm) {
    SALUS_TRY(auto transaction, sqlite::Transaction::begin(database));
    SALUS_TRY_VOID(database.run(kSchema));
    SALUS_TRY(auto insert,
              database.prepare("INSERT INTO key_store (format, tenant, realm, kek_epoch) "
                               "SELECT ?1, ?2, ?3, 1 WHERE NOT EXISTS (SELECT 1 FROM key_store)"));
    SALUS_TRY_VOID(insert.run(kFormat, bytes_of(tenant.text()), bytes_of(realm)));
    return transaction.commit();
}

// What the file says of itself: the epoch of the tenant's KEK.
Result<std::uint32_t> read_identity(sqlite::Database& database, TenantName const& tenant,
                                    std::string const& realm) {
    SALUS_TRY(auto select,
              database.prepare("SELECT format, tenant, realm, kek_epoch FROM key_store"));
    auto rows = select.query();
    SALUS_TRY(bool const found, rows.next());
    if (!found) return fail(Errc::corrupt, kBadRow);
    if (rows.number(0) != kFormat) {
        return fail(Errc::not_supported, "the key store has another format");
    }
    if (text_of(rows.bytes(1)) != tenant.text() || text_of(rows.bytes(2)) != realm) {
        return fail(Errc::conflict, "the key store is another tenant's or another instance's");
    }
    return counting_number(rows.number(3));
}

}  // namespace

KeyStore::KeyStore(sqlite::Database database, Statements statements, std::uint32_t kek_epoch)
    : database_(std::move(database)), statements_(std::move(statements)), kek_epoch_(kek_epoch) {}

Result<KeyStore> KeyStore::open(std::filesystem::path const& directory, TenantName const& tenant,
                                std::string const& realm) {
    SALUS_TRY_VOID(make_private_directory(directory));
    SALUS_TRY(auto database, sqlite::Database::open(directory / "keys.db", {}));
    SALUS_TRY_VOID(create_schema(database, tenant, realm));
    SALUS_TRY(auto const kek_epoch, read_identity(database, tenant, realm));
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
    std::vector<StoredShardKey> keys;
    while (true) {
        SALUS_TRY(auto key, read_shard_key(rows));
        if (!key) return keys;
        if (keys.size() == count_max) return fail(Errc::too_large, "too many shard keys");
        keys.push_back(*std::move(key));
    }
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

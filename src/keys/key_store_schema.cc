#include "keys/key_store_schema.h"

namespace salus::keys {
namespace {

constexpr std::int64_t kFormat1 = 1;
constexpr std::int64_t kFormat2 = 2;
constexpr std::int64_t kFormat3 = 3;

constexpr Literal kTables = R"sql(
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

// What rotation needs. Which shard key wraps a key is read from the wrapped bytes alone, by an
// index over the id in their header, so that no second column can disagree with them. The other
// index finds keys by age, and those that only open, and counts them without reading them.
constexpr Literal kRotation = R"sql(
ALTER TABLE key_store ADD COLUMN rotation_paused INTEGER NOT NULL DEFAULT 0;
CREATE TABLE kek (
    epoch INTEGER NOT NULL PRIMARY KEY, created INTEGER NOT NULL, destroyed INTEGER) STRICT;
CREATE TABLE rotation_request (
    kind INTEGER NOT NULL PRIMARY KEY, older_than INTEGER NOT NULL) STRICT;
CREATE INDEX data_key_wrapping ON data_key (substr(wrapped, 5, 16)) WHERE wrapped IS NOT NULL;
CREATE INDEX data_key_age ON data_key (state, created);
UPDATE key_store SET format = 2;
)sql";

// Keys that are kept for older backups of the data, and since when.
constexpr Literal kRetirement = R"sql(
ALTER TABLE data_key ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;
CREATE INDEX data_key_retired ON data_key (retired) WHERE state = 5;
UPDATE key_store SET format = 3;
)sql";

Result<void> add_rotation(sqlite::Database& database, WallTime now) {
    SALUS_TRY_VOID(database.run(kRotation));
    // Format 1 had one KEK, as old as the first key that it wrapped.
    SALUS_TRY(
        auto insert,
        database.prepare("INSERT INTO kek (epoch, created) SELECT kek_epoch, "
                         "(SELECT coalesce(min(created), ?1) FROM shard_key) FROM key_store"));
    SALUS_TRY_VOID(insert.run(to_unix_seconds(now)));
    return {};
}

Result<std::int64_t> checked_format(sqlite::Database& database, TenantName const& tenant,
                                    std::string const& realm) {
    SALUS_TRY(auto select, database.prepare("SELECT format, tenant, realm FROM key_store"));
    auto rows = select.query();
    SALUS_TRY(bool const found, rows.next());
    if (!found) return fail(Errc::corrupt, "the key store does not say whose it is");
    auto const format = rows.number(0);
    if (format < kFormat1 || format > kFormat3) {
        return fail(Errc::not_supported, "the key store has another format");
    }
    if (text_of(rows.bytes(1)) != tenant.text() || text_of(rows.bytes(2)) != realm) {
        return fail(Errc::conflict, "the key store is another tenant's or another instance's");
    }
    return format;
}

}  // namespace

Result<void> prepare_key_store(sqlite::Database& database, TenantName const& tenant,
                               std::string const& realm, WallTime now) {
    SALUS_TRY(auto transaction, sqlite::Transaction::begin(database));
    SALUS_TRY_VOID(database.run(kTables));
    SALUS_TRY(auto insert,
              database.prepare("INSERT INTO key_store (format, tenant, realm, kek_epoch) "
                               "SELECT ?1, ?2, ?3, 1 WHERE NOT EXISTS (SELECT 1 FROM key_store)"));
    SALUS_TRY_VOID(insert.run(kFormat1, bytes_of(tenant.text()), bytes_of(realm)));
    SALUS_TRY(auto const format, checked_format(database, tenant, realm));
    if (format < kFormat2) SALUS_TRY_VOID(add_rotation(database, now));
    if (format < kFormat3) SALUS_TRY_VOID(database.run(kRetirement));
    return transaction.commit();
}

}  // namespace salus::keys

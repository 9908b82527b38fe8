#include "store/embedded/schema.h"

namespace salus::store::embedded {
namespace {

// DO NOT CHANGE: on disk. "Salu" in ASCII; file(1) and we tell a store from another SQLite file.
constexpr std::int64_t kApplicationId = 0x53616c75;
constexpr std::int64_t kSchemaVersion = 1;

// document: every sealed version, appended, never moved.
// history:  one row for each version. Only an address's newest row has expires_at and tokens (the
//           concatenated blind tokens that stand in `token`). state 1 live, 2 deleted, 3 erased:
//           the newest version is gone with its compartment, older ones stand in another; vid null.
// index_entry, membership: an address with a version in a compartment has a row in index_entry if
//           it is live there and indexed, and otherwise one in membership, never both. erase() goes
//           by them.
// compartment: how often it was committed to; stays when the compartment is erased, so that no
//           reader takes what it kept for current.
constexpr Literal kCreate = R"sql(
CREATE TABLE document (
    vid INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE history (
    address BLOB NOT NULL,
    version INTEGER NOT NULL,
    compartment BLOB NOT NULL,
    state INTEGER NOT NULL,
    vid INTEGER,
    expires_at INTEGER NOT NULL,
    tokens BLOB NOT NULL,
    PRIMARY KEY (address, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX expiry ON history (expires_at) WHERE expires_at > 0;
CREATE TABLE index_entry (
    compartment BLOB NOT NULL,
    address BLOB NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (compartment, address)
) STRICT, WITHOUT ROWID;
CREATE TABLE membership (
    compartment BLOB NOT NULL,
    address BLOB NOT NULL,
    PRIMARY KEY (compartment, address)
) STRICT, WITHOUT ROWID;
CREATE TABLE token (
    token BLOB NOT NULL,
    address BLOB NOT NULL,
    PRIMARY KEY (token, address)
) STRICT, WITHOUT ROWID;
CREATE TABLE compartment (
    id BLOB NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA application_id = 0x53616c75;
PRAGMA user_version = 1;
)sql";

// The order of all commits. Not part of the schema's version: what was written without it has it
// from the next opening on, and programs that do not know it keep it up.
constexpr Literal kOrder =
    "CREATE INDEX IF NOT EXISTS committed ON history (vid) WHERE vid IS NOT NULL";

}  // namespace

Result<void> prepare_schema(sqlite::Database& database) {
    SALUS_TRY(auto const objects, database.number("SELECT count(*) FROM sqlite_schema"));
    SALUS_TRY(auto const application, database.number("PRAGMA application_id"));
    bool const empty = objects == 0 && application == 0;
    if (!empty) SALUS_TRY_VOID(check_schema(database));
    SALUS_TRY(auto transaction, sqlite::Transaction::begin(database));
    if (empty) SALUS_TRY_VOID(database.run(kCreate));
    SALUS_TRY_VOID(database.run(kOrder));
    return transaction.commit();
}

Result<void> check_schema(sqlite::Database& database) {
    SALUS_TRY(auto const application, database.number("PRAGMA application_id"));
    if (application != kApplicationId) return fail(Errc::corrupt, "the file is not a store");
    SALUS_TRY(auto const version, database.number("PRAGMA user_version"));
    if (version != kSchemaVersion) {
        return fail(Errc::corrupt, "the store is of a version that this program does not know");
    }
    return {};
}

}  // namespace salus::store::embedded

#include "store/embedded/schema.h"

namespace salus::store::embedded {
namespace {

// DO NOT CHANGE: on disk. "Salu" in ASCII; file(1) and we tell a store from another SQLite file.
constexpr std::int64_t kApplicationId = 0x53616c75;
constexpr std::int64_t kSchemaVersion = 5;
constexpr std::int64_t kSchemaWithoutPages = 1;
constexpr std::int64_t kSchemaWithoutRotation = 2;

// document: every sealed version, appended, never moved.
// history:  one row for each version. Only an address's newest row has expires_at and tokens (the
//           concatenated blind tokens that stand in `token`). state 1 live, 2 deleted, 3 erased:
//           the newest version is gone with its compartment, older ones stand in another; vid null.
// index_entry, membership: an address with a version in a compartment has a row in index_entry if
//           it is live there and indexed, and otherwise one in membership, never both. erase() goes
//           by them.
// compartment: how often it was committed to; stays when the compartment is erased, so that no
//           reader takes what it kept for current. paged: what sequence was when the page was made
//           that stands in index_page; 0: there is none. key_version_least: the earliest data key
//           that a write may be sealed under; earlier ones are retired.
// index_page: with a row number, unlike the others: SQLite compares keys in a table without them by
//           reading whole rows, and a page is half a megabyte.
// token_version (history): grows with the keys that the row's tokens were made with.
// page_change: addresses whose rows in index_entry came, changed or went since then.
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
)sql";

// What came with version 2, which a store of version 1 gets when it is opened for writing.
constexpr Literal kVersion2 = R"sql(
ALTER TABLE compartment ADD COLUMN paged INTEGER NOT NULL DEFAULT 0;
CREATE TABLE page_change (
    compartment BLOB NOT NULL,
    address BLOB NOT NULL,
    PRIMARY KEY (compartment, address)
) STRICT, WITHOUT ROWID;
-- The order of all commits.
CREATE INDEX committed ON history (vid) WHERE vid IS NOT NULL;
PRAGMA user_version = 2;
)sql";

// What came with version 3: rotation of keys. Tokens that stood there are of the first key alone,
// whose number is 3 (records/addressing.h). The index finds tokens that are still to be made
// anew.
constexpr Literal kVersion3 = R"sql(
ALTER TABLE compartment ADD COLUMN key_version_least INTEGER NOT NULL DEFAULT 0;
ALTER TABLE history ADD COLUMN token_version INTEGER NOT NULL DEFAULT 3;
CREATE INDEX token_age ON history (token_version, address) WHERE tokens <> x'';
PRAGMA user_version = 3;
)sql";

// What came with version 4, and again with version 5, for whose pages the table is the same. Pages
// of before are dropped: readers make them again.
constexpr Literal kVersion5 = R"sql(
DROP TABLE IF EXISTS index_page;
CREATE TABLE index_page (
    id INTEGER PRIMARY KEY,
    compartment BLOB NOT NULL UNIQUE,
    sealed BLOB NOT NULL
) STRICT;
UPDATE compartment SET paged = 0 WHERE paged > 0;
DELETE FROM page_change;
PRAGMA user_version = 5;
)sql";

}  // namespace

Result<void> prepare_schema(sqlite::Database& database) {
    SALUS_TRY(auto const objects, database.number("SELECT count(*) FROM sqlite_schema"));
    SALUS_TRY(auto const application, database.number("PRAGMA application_id"));
    bool const is_new = objects == 0 && application == 0;
    if (!is_new) SALUS_TRY_VOID(check_schema(database));
    SALUS_TRY(auto const version, database.number("PRAGMA user_version"));
    if (version == kSchemaVersion) return {};
    SALUS_TRY(auto transaction, sqlite::Transaction::begin(database));
    if (is_new) SALUS_TRY_VOID(database.run(kCreate));
    if (version <= kSchemaWithoutPages) SALUS_TRY_VOID(database.run(kVersion2));
    if (version <= kSchemaWithoutRotation) SALUS_TRY_VOID(database.run(kVersion3));
    SALUS_TRY_VOID(database.run(kVersion5));
    return transaction.commit();
}

Result<void> check_schema(sqlite::Database& database) {
    SALUS_TRY(auto const application, database.number("PRAGMA application_id"));
    if (application != kApplicationId) return fail(Errc::corrupt, "the file is not a store");
    SALUS_TRY(auto const version, database.number("PRAGMA user_version"));
    if (version < kSchemaWithoutPages || version > kSchemaVersion) {
        return fail(Errc::corrupt, "the store is of a version that this program does not know");
    }
    return {};
}

}  // namespace salus::store::embedded

// SQLite, as the store and the key store use it: WAL, synchronous=FULL, files of mode 0600, SQL
// that is written in the source. SQLite's own error texts stay in this room: they can quote data.
//
//   SALUS_TRY(auto database, Database::open(path, {}));
//   SALUS_TRY(auto insert, database.prepare("INSERT INTO wrapped VALUES (?1, ?2)"));
//   SALUS_TRY(auto transaction, Transaction::begin(database));
//   SALUS_TRY_VOID(insert.run(id.bytes(), version));
//   SALUS_TRY_VOID(transaction.commit());
//
// At most one connection to a file may write or checkpoint: SQLite before 3.51.3 can lose commits
// when two do so at the same moment (the WAL-reset bug). Others are opened read_only.
//
// Errors: unavailable (disk full, I/O error, read-only, locked), corrupt (not a database, or a
// damaged one), conflict (a constraint), internal. Database::last_failure() tells which.
// Thread safety: a Database and what was made from it belong to one thread at a time.
#pragma once

#include <filesystem>
#include <memory>

#include "foundation/bytes.h"
#include "foundation/limits.h"
#include "foundation/result.h"
#include "sqlite/statement.h"

struct sqlite3_file;

namespace salus::sqlite {

enum class Access {
    read_write,  // makes the file if it is absent
    read_only,
};

enum class Checkpoints {
    automatic,  // after every 1,000 pages of WAL
    by_hand,    // only by checkpoint()
};

struct Options {
    Access access = Access::read_write;
    Checkpoints checkpoints = Checkpoints::automatic;
    std::size_t cache_bytes = 2 * limits::kMiB;
};

enum class CheckpointMode {
    passive,   // copies what readers allow, waits for nobody
    restart,   // waits briefly for readers; the next commit overwrites the WAL from its beginning
    truncate,  // as restart, and empties the WAL file
};

class Database {
public:
    static Result<Database> open(std::filesystem::path const& path, Options const& options);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    // REQUIRES: the statements are gone. Never checkpoints: after an I/O error the WAL is the
    // truth.
    ~Database();

    // Statements without parameters, for schema and transactions.
    Result<void> run(Literal sql);
    // The database outlives the statement.
    Result<Statement> prepare(Literal sql);
    // A large blob of a table with row numbers, in one copy. Errc::internal when there is no such
    // row. `memory`: where it may be put; what is in that is lost.
    Result<Bytes> read_blob(Literal table, Literal column, std::int64_t row, Bytes memory = {});
    // The first column of the first row; Errc::not_found when there is none.
    Result<std::int64_t> number(Literal sql);

    // Errc::unavailable with Failure::busy when readers were in the way: not an error of the file.
    Result<void> checkpoint(CheckpointMode mode);
    // Pages in the WAL after the last commit; stays 0 with automatic checkpoints.
    [[nodiscard]] std::size_t wal_pages() const noexcept;
    // PRAGMA quick_check: reads the whole file. Errc::corrupt when it finds something.
    Result<void> check();
    [[nodiscard]] bool in_transaction() const noexcept;
    // What the last failed call failed of.
    [[nodiscard]] Failure last_failure() const noexcept;

private:
    friend class Snapshot;
    // The open file behind the connection, by its SQLITE_FCNTL_*_POINTER; the connection's own.
    sqlite3_file* file(int which);

    explicit Database(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

// BEGIN IMMEDIATE; rolls back unless commit() succeeded.
class Transaction {
public:
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    // Durable when it returns.
    Result<void> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;  // null when there is nothing to roll back
};

}  // namespace salus::sqlite

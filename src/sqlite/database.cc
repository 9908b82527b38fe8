#include "sqlite/database.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "foundation/check.h"
#include "foundation/file.h"
#include "sqlite/connection.h"

namespace salus::sqlite {
namespace {

constexpr int kReaderPatience = 100;  // milliseconds, for the rare moments WAL locks readers out
constexpr int kCheckpointPatience = 100;  // milliseconds

// The file exists with mode 0600 before SQLite opens it; -wal inherits the mode. An
// existing file is never opened here: closing it would drop the POSIX locks that SQLite holds on
// it.
Result<void> prepare_file(std::filesystem::path const& path) {
    FileDescriptor const file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.valid()) {
        if (::fchmod(file.get(), 0600) != 0) return fail(Errc::internal, "chmod failed");
        return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
    }
    if (errno != EEXIST) return fail(Errc::unavailable, "the database could not be created");
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        return fail(Errc::unavailable, "the database could not be opened");
    }
    mode_t const others = S_IRWXG | S_IRWXO;
    if ((status.st_mode & others) == 0) return {};
    if (::chmod(path.c_str(), status.st_mode & S_IRWXU) != 0) {
        return fail(Errc::unavailable, "the database's mode could not be made private");
    }
    return {};
}

Result<void> run_text(Connection& connection, std::string const& sql) {
    return connection.checked(
        sqlite3_exec(connection.handle, sql.c_str(), nullptr, nullptr, nullptr));
}

Result<void> harden(Connection& connection) {
    struct Switch {
        int name;
        int value;
    };
    Switch const switches[] = {
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
    };
    for (auto const& option : switches) {
        SALUS_TRY_VOID(connection.checked(
            sqlite3_db_config(connection.handle, option.name, option.value, nullptr)));
    }
    return {};
}

int remember_wal_pages(void* connection, sqlite3*, char const*, int pages) {
    static_cast<Connection*>(connection)->wal_pages = static_cast<std::size_t>(pages);
    return SQLITE_OK;
}

// SQLite answers with the mode that it kept, and no error, where WAL is not possible.
Result<void> use_wal(Connection& connection) {
    sqlite3_stmt* pragma = nullptr;
    SALUS_TRY_VOID(connection.checked(
        sqlite3_prepare_v2(connection.handle, "PRAGMA journal_mode=WAL", -1, &pragma, nullptr)));
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> const owner(pragma, sqlite3_finalize);
    SALUS_TRY_VOID(connection.checked(sqlite3_step(pragma)));
    auto const* const mode = reinterpret_cast<char const*>(sqlite3_column_text(pragma, 0));
    if (mode == nullptr || std::string_view(mode) != "wal") {
        return fail(Errc::unavailable, "the database cannot use a write-ahead log here");
    }
    return {};
}

Result<void> configure(Connection& connection, Options const& options) {
    SALUS_TRY_VOID(harden(connection));
    SALUS_TRY_VOID(connection.checked(sqlite3_extended_result_codes(connection.handle, 1)));
    // secure_delete: what is removed is overwritten with zeros. No mmap: an I/O error would be a
    // signal, and locked memory would hold the whole file.
    SALUS_TRY_VOID(run_text(connection,
                            "PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
                            "PRAGMA secure_delete=ON; PRAGMA mmap_size=0;"
                            "PRAGMA cell_size_check=ON; PRAGMA cache_size=-" +
                                std::to_string(options.cache_bytes / limits::kKiB)));
    if (options.access == Access::read_only) {
        sqlite3_busy_timeout(connection.handle, kReaderPatience);
        return {};
    }
    // Two sealed 2 KB documents do not fit a page of 4 KB.
    SALUS_TRY_VOID(run_text(connection, "PRAGMA page_size=8192; PRAGMA synchronous=FULL"));
    SALUS_TRY_VOID(use_wal(connection));
    if (options.checkpoints == Checkpoints::by_hand) {
        sqlite3_wal_hook(connection.handle, remember_wal_pages, &connection);
    } else {
        sqlite3_wal_autocheckpoint(connection.handle, 1000);
    }
    return {};
}

int number_of(CheckpointMode mode) {
    switch (mode) {
        case CheckpointMode::passive: return SQLITE_CHECKPOINT_PASSIVE;
        case CheckpointMode::restart: return SQLITE_CHECKPOINT_RESTART;
        case CheckpointMode::truncate: return SQLITE_CHECKPOINT_TRUNCATE;
    }
    return SQLITE_CHECKPOINT_PASSIVE;
}

}  // namespace

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(std::filesystem::path const& path, Options const& options) {
    SALUS_CHECK(sqlite3_threadsafe() != 0);
    bool const writes = options.access == Access::read_write;
    if (writes) SALUS_TRY_VOID(prepare_file(path));
    auto connection = std::make_unique<Connection>();
    int const flags = (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    // No other process may open the file, so the connections of this one agree on their locks in
    // memory: three system calls less a read, and no shared-memory file beside the database.
    SALUS_TRY_VOID(connection->checked(
        sqlite3_open_v2(path.c_str(), &connection->handle, flags, "unix-excl")));
    // SQLite falls back to reading where it may not write.
    if (writes && sqlite3_db_readonly(connection->handle, "main") != 0) {
        return fail(Errc::unavailable, "the database is read-only");
    }
    SALUS_TRY_VOID(configure(*connection, options));
    Database database(std::move(connection));
    // A damaged header shows here, and not at the first request.
    SALUS_TRY_VOID(database.number("PRAGMA schema_version"));
    return database;
}

Result<void> Database::run(Literal sql) {
    return run_text(*connection_, std::string(sql.text()));
}

Result<Statement> Database::prepare(Literal sql) {
    sqlite3_stmt* statement = nullptr;
    auto const text = sql.text();
    SALUS_TRY_VOID(connection_->checked(
        sqlite3_prepare_v3(connection_->handle, text.data(), static_cast<int>(text.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr)));
    return Statement(*connection_, statement);
}

Result<Bytes> Database::read_blob(Literal table, Literal column, std::int64_t row, Bytes memory) {
    sqlite3_blob* blob = nullptr;
    int const opened =
        sqlite3_blob_open(connection_->handle, "main", std::string(table.text()).c_str(),
                          std::string(column.text()).c_str(), row, 0, &blob);
    std::unique_ptr<sqlite3_blob, int (*)(sqlite3_blob*)> const owner(blob, sqlite3_blob_close);
    SALUS_TRY_VOID(connection_->checked(opened));
    memory.resize(static_cast<std::size_t>(sqlite3_blob_bytes(blob)));
    SALUS_TRY_VOID(connection_->checked(
        sqlite3_blob_read(blob, memory.data(), static_cast<int>(memory.size()), 0)));
    return memory;
}

Result<std::int64_t> Database::number(Literal sql) {
    SALUS_TRY(auto statement, prepare(sql));
    auto rows = statement.query();
    SALUS_TRY(bool const found, rows.next());
    if (!found) return fail(Errc::not_found, "the query has no rows");
    return rows.number(0);
}

Result<void> Database::checkpoint(CheckpointMode mode) {
    bool const waits = mode != CheckpointMode::passive;
    if (waits) sqlite3_busy_timeout(connection_->handle, kCheckpointPatience);
    int const code =
        sqlite3_wal_checkpoint_v2(connection_->handle, nullptr, number_of(mode), nullptr, nullptr);
    if (waits) sqlite3_busy_timeout(connection_->handle, 0);
    SALUS_TRY_VOID(connection_->checked(code));
    connection_->wal_pages = 0;
    return {};
}

std::size_t Database::wal_pages() const noexcept {
    return connection_->wal_pages;
}

Result<void> Database::check() {
    SALUS_TRY(auto statement, prepare("PRAGMA quick_check(1)"));
    auto rows = statement.query();
    SALUS_TRY(bool const found, rows.next());
    if (!found || text_of(rows.bytes(0)) != "ok") {
        return fail(Errc::corrupt, "the database file is damaged");
    }
    return {};
}

bool Database::in_transaction() const noexcept {
    return sqlite3_get_autocommit(connection_->handle) == 0;
}

Failure Database::last_failure() const noexcept {
    return connection_->failure;
}

Result<Transaction> Transaction::begin(Database& database) {
    SALUS_TRY_VOID(database.run("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
    // After some errors SQLite has rolled back by itself.
    if (database_ == nullptr || !database_->in_transaction()) return;
    // A rollback that fails leaves the transaction open: every later begin() then fails.
    static_cast<void>(database_->run("ROLLBACK"));
}

Result<void> Transaction::commit() {
    SALUS_TRY_VOID(database_->run("COMMIT"));
    database_ = nullptr;
    return {};
}

}  // namespace salus::sqlite

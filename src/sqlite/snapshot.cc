#include "sqlite/snapshot.h"

#include "foundation/check.h"
#include "sqlite/connection.h"

namespace salus::sqlite {
namespace {

// False where the file ends before; SQLite then fills the rest with zeros.
Result<bool> read_piece(sqlite3_file* file, std::uint64_t offset, std::span<std::uint8_t> out) {
    if (file == nullptr || file->pMethods == nullptr) return false;
    int const code = file->pMethods->xRead(file, out.data(), static_cast<int>(out.size()),
                                           static_cast<sqlite3_int64>(offset));
    if (code == SQLITE_OK) return true;
    if (code == SQLITE_IOERR_SHORT_READ) return false;
    return fail(Errc::unavailable, "the database file could not be read");
}

Result<std::uint64_t> size_of(sqlite3_file* file) {
    sqlite3_int64 size = 0;
    if (file->pMethods->xFileSize(file, &size) != SQLITE_OK || size < 0) {
        return fail(Errc::unavailable, "the database file could not be read");
    }
    return static_cast<std::uint64_t>(size);
}

}  // namespace

sqlite3_file* Database::file(int which) {
    sqlite3_file* file = nullptr;
    // The only failure is a database that does not exist, and "main" always does.
    SALUS_CHECK(sqlite3_file_control(connection_->handle, "main", which,
                                     static_cast<void*>(&file)) == SQLITE_OK);
    return file;
}

Result<Snapshot> Snapshot::take(std::filesystem::path const& path) {
    SALUS_TRY(auto database, Database::open(path, {.access = Access::read_only,
                                                   .checkpoints = Checkpoints::by_hand}));
    SALUS_TRY_VOID(database.run("BEGIN"));
    // A transaction has no view of the database before its first read.
    SALUS_TRY_VOID(database.number("SELECT count(*) FROM sqlite_schema"));
    SALUS_TRY(auto const page_bytes, database.number("PRAGMA page_size"));
    auto const bytes = static_cast<std::uint32_t>(page_bytes);
    auto* const file = database.file(SQLITE_FCNTL_FILE_POINTER);
    auto* const log_file = database.file(SQLITE_FCNTL_JOURNAL_POINTER);
    SALUS_TRY(auto log, WalIndex::read(
                            [log_file](std::uint64_t offset, std::span<std::uint8_t> out) {
                                return read_piece(log_file, offset, out);
                            },
                            bytes));
    SALUS_TRY(auto const file_bytes, size_of(file));
    auto const pages = log.pages().value_or(static_cast<std::uint32_t>(file_bytes / bytes));
    return Snapshot(std::move(database), file, bytes, std::move(log), pages);
}

ReadLog Snapshot::log_reader() {
    return [this](std::uint64_t offset, std::span<std::uint8_t> out) {
        return read_piece(database_.file(SQLITE_FCNTL_JOURNAL_POINTER), offset, out);
    };
}

Result<void> Snapshot::read(std::uint64_t offset, std::span<std::uint8_t> out) {
    SALUS_CHECK(offset % page_bytes_ == 0 && out.size() % page_bytes_ == 0);
    SALUS_CHECK(offset + out.size() <= size());
    auto const log = log_reader();
    for (std::size_t done = 0; done < out.size(); done += page_bytes_) {
        auto const page = out.subspan(done, page_bytes_);
        auto const number = static_cast<std::uint32_t>((offset + done) / page_bytes_) + 1;
        SALUS_TRY(bool const logged, log_.page(log, number, page));
        if (logged) continue;
        SALUS_TRY(bool const whole, read_piece(file_, offset + done, page));
        if (!whole) return fail(Errc::corrupt, "the database file is shorter than it says");
    }
    return {};
}

}  // namespace salus::sqlite

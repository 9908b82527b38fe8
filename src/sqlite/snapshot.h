// Snapshot: a database as it was committed at one moment, read page by page while it goes on being
// written; what a copy of it has to hold. The result is one file without a write-ahead log.
//
//   SALUS_TRY(auto snapshot, Snapshot::take(path));
//   for (offset = 0; offset < snapshot.size(); offset += piece.size()) snapshot.read(offset,
//   piece);
//
// A read transaction stands as long as the snapshot does. Under it, a checkpoint copies no frame
// into the database file that the snapshot does not include, and the log is begun anew at most
// once, and only where all of it had been copied back before. So a page is what the log has of it,
// and otherwise what the database file has (sqlite.org/wal.html, "Concurrency").
// Meanwhile the log can only grow: take the snapshot, read it, let it go.
//
// Neither writes nor checkpoints. In this process other connections may be open; in others none
// (unix-excl). Errors: as database.h. Thread safety: one thread at a time.
#pragma once

#include <filesystem>
#include <span>

#include "sqlite/database.h"
#include "sqlite/wal_index.h"

struct sqlite3_file;

namespace salus::sqlite {

class Snapshot {
public:
    static Result<Snapshot> take(std::filesystem::path const& path);

    [[nodiscard]] std::uint64_t size() const noexcept {
        return std::uint64_t{pages_} * page_bytes_;
    }
    [[nodiscard]] std::uint32_t page_bytes() const noexcept { return page_bytes_; }
    // REQUIRES: offset and size are multiples of page_bytes(), and lie inside size().
    Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out);

private:
    Snapshot(Database database, sqlite3_file* file, std::uint32_t page_bytes, WalIndex log,
             std::uint32_t pages)
        : database_(std::move(database)),
          file_(file),
          page_bytes_(page_bytes),
          log_(std::move(log)),
          pages_(pages) {}

    [[nodiscard]] ReadLog log_reader();

    Database database_;   // in a read transaction
    sqlite3_file* file_;  // the connection's own: closing another would drop its locks
    std::uint32_t page_bytes_;
    WalIndex log_;
    std::uint32_t pages_;
};

}  // namespace salus::sqlite

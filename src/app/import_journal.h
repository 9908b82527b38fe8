// Which files were imported completely, by the SHA-256 of their contents (run/imported): what an
// interrupted import need not do again. Contents are told by nothing but their hash.
// Thread safety: any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <unordered_set>

#include "foundation/file.h"
#include "foundation/thread_annotations.h"

namespace salus::app {

class ImportJournal {
public:
    // Errc::internal if the file cannot be read or written.
    static Result<std::unique_ptr<ImportJournal>> open(std::filesystem::path const& path);

    [[nodiscard]] bool has(std::string const& hash) const;
    // Durable when it returns: what is not remembered after a crash would be imported twice.
    // Errc::internal if it cannot be written.
    [[nodiscard]] Result<void> add(std::string const& hash);

private:
    ImportJournal(FileDescriptor file, std::unordered_set<std::string> hashes)
        : file_(std::move(file)), hashes_(std::move(hashes)) {}

    mutable Mutex mutex_;
    FileDescriptor file_ SALUS_GUARDED_BY(mutex_);
    std::unordered_set<std::string> hashes_ SALUS_GUARDED_BY(mutex_);
};

}  // namespace salus::app

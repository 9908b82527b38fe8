#include "app/import_journal.h"

#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace salus::app {

Result<std::unique_ptr<ImportJournal>> ImportJournal::open(std::filesystem::path const& path) {
    FileDescriptor file(
        ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_DSYNC | O_CLOEXEC, 0600));
    if (!file.valid()) return fail(Errc::internal, "the journal of imports cannot be written");
    SALUS_TRY_VOID(sync_directory(path.parent_path()));
    std::unordered_set<std::string> hashes;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        if (!line.empty()) hashes.insert(line);
    }
    if (in.bad()) return fail(Errc::internal, "the journal of imports cannot be read");
    return std::unique_ptr<ImportJournal>(new ImportJournal(std::move(file), std::move(hashes)));
}

bool ImportJournal::has(std::string const& hash) const {
    MutexLock const lock(mutex_);
    return hashes_.contains(hash);
}

Result<void> ImportJournal::add(std::string const& hash) {
    MutexLock const lock(mutex_);
    // Both ends: a line that a full disk cut short spoils no other.
    auto const line = "\n" + hash + "\n";
    auto const written = ::write(file_.get(), line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size())) {
        return fail(Errc::internal, "the journal of imports cannot be written");
    }
    hashes_.insert(hash);
    return {};
}

}  // namespace salus::app

#include "transparency/tile_writer.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/access.h"
#include "foundation/file.h"

namespace salus::transparency {
namespace {

constexpr std::size_t kFilesAtOnce = 256;  // written before all are synced

std::filesystem::path new_name(std::filesystem::path path) {
    return path += ".new";
}

std::unexpected<Error> no_disk() {
    return fail(Errc::unavailable, "a tile could not be written");
}

Result<void> write_new(std::filesystem::path const& path, BytesView contents) {
    FileDescriptor const file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.valid() || ::fchmod(file.get(), audit::file_mode_in(path.parent_path())) != 0) {
        return no_disk();
    }
    while (!contents.empty()) {
        auto const written = ::write(file.get(), contents.data(), contents.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return no_disk();
        contents = contents.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> sync_file(std::filesystem::path const& path) {
    FileDescriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid() || ::fsync(file.get()) != 0) return no_disk();
    return {};
}

}  // namespace

Result<void> TileWriter::make_directories(std::filesystem::path const& directory) {
    if (directories_.contains(directory)) return {};
    if (directory != directory_) SALUS_TRY_VOID(make_directories(directory.parent_path()));
    if (!audit::make_log_directory(directory)) return no_disk();
    directories_.insert(directory);
    return {};
}

Result<void> TileWriter::put(std::string const& path, BytesView contents) {
    auto const name = directory_ / path;
    auto const present = read_file(name, contents.size());
    if (present && std::ranges::equal(*present, contents)) return {};
    if (present || present.error().code == Errc::too_large) {
        return fail(Errc::corrupt, "a tile is not what the log says");
    }
    if (present.error().code != Errc::not_found) return no_disk();
    SALUS_TRY_VOID(make_directories(name.parent_path()));
    SALUS_TRY_VOID(write_new(new_name(name), contents));
    written_.push_back(name);
    return written_.size() < kFilesAtOnce ? Result<void>() : flush();
}

Result<void> TileWriter::flush() {
    for (auto const& name : written_) SALUS_TRY_VOID(sync_file(new_name(name)));
    for (auto const& name : written_) {
        if (::rename(new_name(name).c_str(), name.c_str()) != 0) return no_disk();
    }
    for (auto const& directory : directories_) {
        if (!sync_directory(directory)) return no_disk();
    }
    written_.clear();
    directories_.clear();
    std::error_code ignored;  // what stays is only superfluous
    for (auto const& path : superseded_) std::filesystem::remove_all(directory_ / path, ignored);
    superseded_.clear();
    return {};
}

void TileWriter::abandon() noexcept {
    written_.clear();
    directories_.clear();
    superseded_.clear();
}

}  // namespace salus::transparency

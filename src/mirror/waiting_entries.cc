#include "mirror/waiting_entries.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "mirror/entries.h"

namespace salus::mirror {
namespace {

// What can be taken off the front of `text` as whole entries.
std::size_t whole_entries(std::string_view text) {
    std::size_t end = 0;
    while (text.size() - end >= 2) {
        auto const size = std::size_t{read_u16(bytes_of(text.substr(end)))} + 2;
        if (text.size() - end < size) break;
        end += size;
    }
    return end;
}

}  // namespace

Result<WaitingEntries> WaitingEntries::open(std::filesystem::path const& directory,
                                            audit::CompactRange const& tree,
                                            std::string connection) {
    FileDescriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file.valid()) return no_disk();
    return WaitingEntries(std::move(file), tree, std::move(connection));
}

Result<void> WaitingEntries::add(std::string_view bundle) {
    if (bytes_ + bundle.size() > kBytesMost) {
        return fail(Errc::too_large, "too many entries wait for a checkpoint");
    }
    SALUS_TRY_VOID(for_each_entry(bundle, [this](std::string_view entry) -> Result<void> {
        tree_.append(audit::leaf_hash(bytes_of(entry)));
        return {};
    }));
    while (!bundle.empty()) {
        auto const count =
            ::pwrite(file_.get(), bundle.data(), bundle.size(), static_cast<off_t>(bytes_));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return no_disk();
        bundle.remove_prefix(static_cast<std::size_t>(count));
        bytes_ += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<void> WaitingEntries::read(Receive const& receive) const {
    std::string window;
    std::string piece(kEntriesBytesMost, '\0');
    for (std::uint64_t at = 0; at < bytes_ || !window.empty();) {
        auto const count = ::pread(file_.get(), piece.data(), piece.size(), static_cast<off_t>(at));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 || (count == 0 && at < bytes_)) return no_disk();
        at += static_cast<std::uint64_t>(count);
        window.append(piece, 0, static_cast<std::size_t>(count));
        auto const end = whole_entries(window);
        if (end == 0) return no_disk();
        SALUS_TRY_VOID(for_each_entry(std::string_view(window).substr(0, end),
                                      [&receive](std::string_view entry) {
                                          return receive(entry, audit::leaf_hash(bytes_of(entry)));
                                      }));
        window.erase(0, end);
    }
    return {};
}

}  // namespace salus::mirror

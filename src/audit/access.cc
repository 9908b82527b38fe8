#include "audit/access.h"

#include <cerrno>
#include <sys/stat.h>

#include "foundation/file.h"
#include "foundation/replace_file.h"

namespace salus::audit {
namespace {

// Both bits, and nobody else: a directory such as /tmp, which many read, is none of ours.
bool is_read_by_group(std::filesystem::path const& directory) {
    struct stat found{};
    auto const* const path = directory.empty() ? "." : directory.c_str();
    constexpr mode_t kShared = S_ISGID | S_IRGRP;
    return ::stat(path, &found) == 0 && (found.st_mode & (kShared | S_IRWXO)) == kShared;
}

}  // namespace

mode_t file_mode_in(std::filesystem::path const& directory) {
    return is_read_by_group(directory) ? 0640 : 0600;
}

Result<void> make_log_directory(std::filesystem::path const& directory) {
    if (::mkdir(directory.c_str(), 0700) != 0) {
        if (errno == EEXIST) return {};
        return fail(Errc::unavailable, "a directory of the audit log could not be made");
    }
    auto const parent = directory.parent_path();
    // The set-group-ID bit, which the new directory has from its parent, stays only for a member of
    // the group.
    if (is_read_by_group(parent) && ::chmod(directory.c_str(), S_ISGID | 0750) != 0) {
        return fail(Errc::unavailable, "a directory of the audit log could not be shared");
    }
    return sync_directory(parent.empty() ? "." : parent);
}

Result<void> write_log_file(std::filesystem::path const& path, BytesView contents) {
    return replace_file_durably(path, contents, file_mode_in(path.parent_path()));
}

}  // namespace salus::audit

// Who may do what with the files of audit logs (AUD-4, AUD-6): the server's user, who owns them,
// reads and writes; one group may read, if there is one; nobody else can do anything.
//
// What is made takes its rights from the directory that it is made in, so that no writer has to be
// told: a directory that its group may read, with the set-group-ID bit, hands on group and right.
// access_check.h says whether everything is as it should be. Any thread.
#pragma once

#include <filesystem>
#include <sys/types.h>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus::audit {

// 0640 in such a directory, otherwise 0600.
[[nodiscard]] mode_t file_mode_in(std::filesystem::path const& directory);
// Makes the directory durably, if it is absent, with the rights of the one that it is in. Errors:
// those of foundation/file.h, and Errc::unavailable.
[[nodiscard]] Result<void> make_log_directory(std::filesystem::path const& directory);
// Replaces a file durably (foundation/file.h), with the rights of its directory.
[[nodiscard]] Result<void> write_log_file(std::filesystem::path const& path, BytesView contents);

}  // namespace salus::audit

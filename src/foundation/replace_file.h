// Durable replacement of a file whose rights are not those of file.h's FileAccess: for who shares
// files with a group. Thread safety: a pure function of the file system. Errors as in file.h.
#pragma once

#include <filesystem>
#include <sys/types.h>

#include "foundation/bytes.h"
#include "foundation/result.h"

namespace salus {

// As write_file_durably. The file has exactly this mode, whatever the umask is, before it has its
// name.
[[nodiscard]] Result<void> replace_file_durably(std::filesystem::path const& path,
                                                BytesView contents, mode_t mode);

}  // namespace salus

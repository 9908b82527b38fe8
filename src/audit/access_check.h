// Whether the files of audit logs belong to whom they should, and can be read and written by nobody
// else (audit/access.h). Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "foundation/literal.h"
#include "foundation/result.h"

namespace salus::audit {

struct LogAccess {
    uid_t owner = 0;               // the server's user
    std::optional<gid_t> readers;  // nothing: nobody but the server reads
};

struct AccessFinding {
    std::string path;  // below the directory of the logs' directory
    Literal why;
    bool mendable = false;  // by mend_access; the rest somebody has to look at
};

enum class AccessDepth {
    all_but_tiles,  // takes the same time however long a log is; nobody gets to tiles past the rest
    everything,
};

// `logs` holds a directory for each log; the directory that it is in must let nobody rename it, and
// the readers pass. At most 20 findings. Errc::unavailable when something cannot be read.
[[nodiscard]] Result<std::vector<AccessFinding>> check_access(std::filesystem::path const& logs,
                                                              LogAccess const& access,
                                                              AccessDepth depth);
// Sets group and mode where they are wrong; gives back how many. Follows no link and changes
// nothing that belongs to another user or has a second name, so that the administrator may call it
// in a directory that he does not own. REQUIRES: the right to give files to the group of readers.
[[nodiscard]] Result<std::uint64_t> mend_access(std::filesystem::path const& logs,
                                                LogAccess const& access);

}  // namespace salus::audit

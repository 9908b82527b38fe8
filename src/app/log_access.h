// Who may read the files of an instance's audit logs, as it is configured, and whether the files
// are so (AUD-4, AUD-6). Any thread.
#pragma once

#include <optional>
#include <string>

#include "app/configuration.h"
#include "audit/access_check.h"

namespace salus::app {

// For a process of the server's user. Nothing, and `why`: there is no such group, or the server is
// not in it.
[[nodiscard]] std::optional<audit::LogAccess> log_access(Configuration const& configuration,
                                                         std::string& why);
// Errc::corrupt, and `why` for the operator with the file and the way out, when somebody has rights
// that he should not have, or lacks those that he should.
[[nodiscard]] Result<void> check_log_access(Configuration const& configuration, std::string& why);
// What `salus check` shows, and whether all is as it should be.
struct LogAccessFacts {
    std::string text;
    bool well = false;
};
[[nodiscard]] LogAccessFacts log_access_facts(Configuration const& configuration);

}  // namespace salus::app

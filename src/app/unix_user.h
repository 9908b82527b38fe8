// Users and groups of the system by name. Any thread.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace salus::app {

// Of this process where the name is empty; nothing if there is no such user.
[[nodiscard]] std::optional<uid_t> user_id(std::string const& name);
// Nothing if there is no such group.
[[nodiscard]] std::optional<gid_t> group_id(std::string const& name);
// Whether this process may give its files to the group.
[[nodiscard]] bool is_in_group(gid_t group);

}  // namespace salus::app

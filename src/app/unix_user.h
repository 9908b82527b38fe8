// Users of the system by name. Any thread.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace salus::app {

// Of this process where the name is empty; nothing if there is no such user.
[[nodiscard]] std::optional<uid_t> user_id(std::string const& name);

}  // namespace salus::app

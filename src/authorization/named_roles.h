// The roles that a policy's rules name, in their heads or their conditions. Pure.
#pragma once

#include <string>
#include <vector>

#include "cedar/policy_set.h"

namespace salus::authorization {

// Sorted, each once.
[[nodiscard]] std::vector<std::string> named_roles(cedar::PolicySet const& rules);

}  // namespace salus::authorization

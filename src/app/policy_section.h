// Inside the room: [authorization] and [policy.*] of salus.toml: the policy in force, as tables of
// purposes or as files in the policy language, never both.
#pragma once

#include "app/configuration.h"
#include "app/section.h"

namespace salus::app {

// `top`: the whole configuration.
void read_policy(Section& top, Configuration& configuration, std::string& why);

}  // namespace salus::app

// Inside the room: the section [audit] of salus.toml; without it, its defaults.
#pragma once

#include "app/configuration.h"
#include "app/section.h"

namespace salus::app {

void read_audit(toml::table const* table, Configuration& configuration, std::string& why);

}  // namespace salus::app

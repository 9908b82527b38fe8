// Inside the room: the section [rotation] of salus.toml; without it, its defaults.
#pragma once

#include "app/configuration.h"
#include "app/section.h"

namespace salus::app {

void read_rotation(toml::table const* table, Configuration& configuration, std::string& why);

}  // namespace salus::app

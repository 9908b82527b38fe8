// Inside the room: the section [keys] of salus.toml, with the sections of the back ends below it.
// Only the section of the back end that is chosen must be there; each that is there must be right.
#pragma once

#include "app/configuration.h"
#include "app/section.h"

namespace salus::app {

void read_keys(toml::table const* table, Configuration& configuration, std::string& why);

}  // namespace salus::app

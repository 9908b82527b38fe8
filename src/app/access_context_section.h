// [access_context] of salus.toml: networks, reputation, countries, time zones (AZ-3). Inside the
// room; one thread.
#pragma once

#include <string>

#include "app/configuration.h"
#include "app/section.h"

namespace salus::app {

// REQUIRES: the configuration's tenants are read.
void read_access_context(toml::table const* table, Configuration& configuration, std::string& why);

}  // namespace salus::app

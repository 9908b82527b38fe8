// Inside the room: [consent] of salus.toml: what patients' consents mean here (AZ-5).
#pragma once

#include "app/configuration.h"
#include "app/section.h"

namespace salus::app {

void read_consent(toml::table const* table, Configuration& configuration, std::string& why);

}  // namespace salus::app

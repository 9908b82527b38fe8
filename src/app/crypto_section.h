// Inside the room: [crypto] of salus.toml and mirror.toml, and the module that it names (ENC-6).
#pragma once

#include "app/configuration.h"
#include "app/section.h"

namespace salus::app {

void read_crypto(toml::table const* table, CryptoConfiguration& crypto, std::string& why);

// Before any other cryptography of the process. False, and `why`, when the module is required and
// cannot be had; where it is only preferred, the default provider serves then.
[[nodiscard]] bool use_configured_module(CryptoConfiguration const& configuration,
                                         std::string& why);

}  // namespace salus::app

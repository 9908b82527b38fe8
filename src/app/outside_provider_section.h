// Inside the room: [sign_in.provider] of salus.toml, the outside OpenID provider (IAM-5). One
// thread.
#pragma once

#include "app/configuration.h"
#include "app/section.h"
#include "http/fetch.h"

namespace salus::app {

void read_outside_provider(toml::table const* table, Configuration& configuration,
                           std::string& why);
// The rules by which it is called. Nothing, and `why`, if the authorities cannot be read.
[[nodiscard]] std::optional<http::FetchRules> provider_fetch_rules(
    OutsideProviderConfiguration const& provider, std::string& why);

}  // namespace salus::app

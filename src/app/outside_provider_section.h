// Inside the room: [sign_in] of salus.toml: which passwords nobody may set (IAM-6), and the outside
// OpenID provider (IAM-5). One thread.
#pragma once

#include "app/configuration.h"
#include "app/section.h"
#include "http/fetch.h"

namespace salus::app {

void read_sign_in(toml::table const* table, Configuration& configuration, std::string& why);
// The rules by which it is called. Nothing, and `why`, if the authorities cannot be read.
[[nodiscard]] std::optional<http::FetchRules> provider_fetch_rules(
    OutsideProviderConfiguration const& provider, std::string& why);

}  // namespace salus::app

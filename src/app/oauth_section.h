// Inside the room: [oauth] of salus.toml, what clients may rest on beyond their registration.
#pragma once

#include "app/configuration.h"
#include "app/section.h"
#include "http/fetch.h"

namespace salus::app {

void read_oauth(toml::table const* table, Configuration& configuration, std::string& why);
// The rules by which keys of clients are fetched (IAM-2). Nothing, and `why`, if the authorities
// cannot be read.
[[nodiscard]] std::optional<http::FetchRules> key_fetch_rules(OauthConfiguration const& oauth,
                                                              std::string& why);

}  // namespace salus::app

// Inside the room: [oauth] of salus.toml, what clients may rest on beyond their registration.
#pragma once

#include "app/configuration.h"
#include "app/section.h"
#include "crypto/presented_certificate.h"
#include "http/fetch.h"

namespace salus::app {

void read_oauth(toml::table const* table, Configuration& configuration, std::string& why);
// The rules by which keys of clients are fetched (IAM-2). Nothing, and `why`, if the authorities
// cannot be read.
[[nodiscard]] std::optional<http::FetchRules> key_fetch_rules(OauthConfiguration const& oauth,
                                                              std::string& why);

// Whose word about the names of clients counts (RFC 8705 section 2.1); empty: nobody's. Nothing,
// and `why`, if the file cannot be read or has something else in it.
[[nodiscard]] std::optional<std::vector<crypto::PresentedCertificate>> client_authorities(
    OauthConfiguration const& oauth, std::string& why);

}  // namespace salus::app

// What a provider says of itself (OpenID Connect Discovery 1.0 section 3, RFC 8414): as much as we
// use. Any thread; values.
#pragma once

#include <string>

#include "foundation/result.h"

namespace salus::outside_provider {

struct Metadata {
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string jwks_uri;
    bool names_issuer = false;  // in its answers, so that one without `iss` is none (RFC 9207)
};

// Where it stands (OpenID Connect Discovery 1.0 section 4).
[[nodiscard]] std::string metadata_url(std::string const& issuer);
// Errc::invalid: no such document, one of another issuer (section 4.3), or an address that is not
// https.
[[nodiscard]] Result<Metadata> parse_metadata(std::string text, std::string const& issuer);

}  // namespace salus::outside_provider

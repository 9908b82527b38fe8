// What we say to the provider: the address that a browser is sent to, and the form that redeems a
// code. Any thread.
#pragma once

#include <string>

#include "crypto/random.h"
#include "crypto/signature.h"
#include "foundation/clock.h"
#include "outside_provider/metadata.h"
#include "outside_provider/settings.h"

namespace salus::outside_provider {

// A request of a browser (OpenID Connect Core section 3.1.2.1).
struct Ask {
    std::string redirect_uri;
    std::string state;
    std::string nonce;
    std::string verifier;  // stays here; its hash goes (RFC 7636)
    bool anew = false;     // whoever is signed in there has to prove it again
};
// Asks for a code and `openid` alone, and for `auth_time` by max_age.
[[nodiscard]] std::string authorization_url(Metadata const& metadata, Settings const& settings,
                                            Ask const& ask);

// Who we are (RFC 7523 section 3): a JWT of its own type, for the issuer alone, so that it is good
// for nothing else; lives limits::kClientAssertionLife.
[[nodiscard]] std::string client_assertion(Settings const& settings, crypto::SigningKey const& key,
                                           std::string const& key_id, crypto::Random& random,
                                           WallTime now);

// A code that a browser brought, and all that redeeming it takes.
struct Redemption {
    std::string state;  // names it
    std::string code;
    std::string issuer;  // that the browser says it comes from (RFC 9207 `iss`); empty: it does not
    std::string verifier;
    std::string nonce;
    std::string redirect_uri;
    std::string assertion;
};
// RFC 6749 section 4.1.3.
[[nodiscard]] std::string token_form(Settings const& settings, Redemption const& redemption);

}  // namespace salus::outside_provider

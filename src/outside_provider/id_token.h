// The ID token of an outside provider (OpenID Connect Core section 3.1.3.7): who it says has signed
// in, how and when. `sub` names them; of other claims about a person those alone are read that the
// operator made to mean roles. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "foundation/clock.h"
#include "foundation/result.h"
#include "identity/session.h"
#include "jose/jwk.h"
#include "outside_provider/settings.h"
#include "request/role_name.h"

namespace salus::outside_provider {

struct Proven {
    std::string subject;  // identity::is_subject()
    identity::Assurance assurance = identity::Assurance::none;
    WallTime authenticated{};    // `auth_time`
    request::RoleNames roles{};  // that the operator's rules give
};

struct Expected {
    Settings const& settings;
    std::string const& nonce;  // that was sent; not empty
    WallTime now;
};

// Errc::unauthenticated for every token but a signed one (ES256, RS256, PS256, EdDSA) of this
// issuer, for us alone, of this nonce, issued a moment ago, with `auth_time`. Which check failed is
// in the error's text, for the log and not for the peer.
[[nodiscard]] Result<Proven> check_id_token(std::string_view token, jose::KeySet const& keys,
                                            Expected const& expected);

}  // namespace salus::outside_provider

// Access tokens: signed JWTs by RFC 9068 (IAM-3). No ePHI in them. Any thread.
#pragma once

#include <string>
#include <vector>

#include "authentication/token_keys.h"
#include "crypto/random.h"
#include "foundation/clock.h"
#include "request/purpose_of_use.h"
#include "request/scope.h"
#include "request/tenant.h"

namespace salus::oauth {

struct AccessTokenGrant {
    ClientId client;
    std::vector<request::Scope> scopes;
    request::PurposeOfUse purpose;
    // The key that the token is bound to (RFC 9449 section 6.1); empty: to none.
    std::string key_thumbprint{};
};

// Lives limits::kAccessTokenLife from `now`.
[[nodiscard]] std::string issue_access_token(request::Tenant const& tenant,
                                             authentication::TokenKeys const& keys,
                                             AccessTokenGrant const& grant, crypto::Random& random,
                                             WallTime now);

}  // namespace salus::oauth

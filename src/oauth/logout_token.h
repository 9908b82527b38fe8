// Logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.4): what a client is told by that
// a session ended. Their type is no other token's, and they have no nonce, so that none can pass
// for an ID token (LO2, JW5). Any thread.
#pragma once

#include <string>

#include "authentication/token_keys.h"
#include "crypto/random.h"
#include "foundation/clock.h"
#include "identity/logout_notice.h"
#include "request/tenant.h"

namespace salus::oauth {

inline constexpr std::string_view kLogoutEvent =
    "http://schemas.openid.net/event/backchannel-logout";

// Lives limits::kLogoutTokenLife from `now`. Each has a name of its own (`jti`), also of one
// notice: a client that refuses to be told twice by one name could otherwise not be told again.
[[nodiscard]] std::string issue_logout_token(request::Tenant const& tenant,
                                             authentication::TokenKeys const& keys,
                                             UserId const& user,
                                             identity::LogoutNotice const& notice,
                                             crypto::Random& random, WallTime now);

}  // namespace salus::oauth

// An access token of ours, verified (RFC 9068 section 4, RFC 8725): signature, type, algorithm,
// issuer, audience, times, and that every claim is there. IAM-8. Whether it was revoked, and who
// may use it, is asked elsewhere. Any thread.
#pragma once

#include <string_view>

#include "authentication/token_keys.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "request/caller.h"
#include "request/tenant.h"

namespace salus::authentication {

// Errc::unauthenticated for every token that is not one, with one reason for all of them: which
// part was wrong helps only an attacker (API-3).
[[nodiscard]] Result<request::CallerFacts> verify_access_token(std::string_view token,
                                                               request::Tenant const& tenant,
                                                               TokenKeys const& keys, WallTime now);

}  // namespace salus::authentication

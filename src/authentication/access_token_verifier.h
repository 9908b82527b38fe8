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

// One reason for every token that is not one: which part was wrong helps only an attacker (API-3).
[[nodiscard]] inline std::unexpected<Error> refused() {
    return fail(Errc::unauthenticated, "the access token is not valid");
}

// Errors: refused() alone.
[[nodiscard]] Result<request::CallerFacts> verify_access_token(std::string_view token,
                                                               request::Tenant const& tenant,
                                                               TokenKeys const& keys, WallTime now);

}  // namespace salus::authentication

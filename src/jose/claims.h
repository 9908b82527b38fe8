// The registered claims of a JWT (RFC 7519 section 4.1), checked for one use. iss, aud and exp are
// always required (RFC 8725 sections 3.8 to 3.10). Times are whole seconds: a fraction is refused.
// IAM-2, IAM-8. Thread safety: functions from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "foundation/clock.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::jose {

// What a token with several audiences means: a token that is also good elsewhere can be replayed
// from there.
enum class AudienceRule { only_ours, contains_ours };

struct ClaimRules {
    std::string issuer;                  // exact, not empty
    std::optional<std::string> subject;  // exact, if given; otherwise any text that is not empty
    std::vector<std::string> audiences;  // each of them is us
    AudienceRule audience_rule = AudienceRule::only_ours;
    // How far exp may lie ahead of now (skew is added); nothing: any distance.
    std::optional<std::chrono::seconds> life_longest;
};

struct Claims {
    std::string issuer;
    std::string subject;
    std::vector<std::string> audience;
    WallTime expires{};
    std::optional<WallTime> issued_at;
    std::optional<WallTime> not_before;
    std::optional<std::string> token_id;  // jti
};

// Errc::unauthenticated for every claim that is missing, of the wrong type or not as rules.
// Valid at `now` means now < exp + skew, nbf - skew <= now and iat - skew <= now, with skew
// limits::kClockSkew. REQUIRES: payload is an object of a verified token.
[[nodiscard]] Result<Claims> check_claims(json::Value payload, ClaimRules const& rules,
                                          WallTime now);

}  // namespace salus::jose

#include "jose/claims.h"

#include <algorithm>

#include "foundation/check.h"
#include "foundation/limits.h"
#include "jose/claim_members.h"
#include "jose/refusal.h"

namespace salus::jose {
namespace {

Result<std::vector<std::string>> audience_claim(json::Value payload) {
    std::vector<std::string> audience;
    auto const claim = payload.member("aud");
    if (!claim) return refuse("no audience");
    if (claim->is_string()) {
        audience.push_back(claim->text());
        return audience;
    }
    if (!claim->is_array()) return refuse("the audience is not a text or a list of texts");
    for (auto const element : claim->elements()) {
        if (!element.is_string()) return refuse("the audience is not a text or a list of texts");
        audience.push_back(element.text());
    }
    return audience;
}

Result<void> check_audience(std::vector<std::string> const& audience, ClaimRules const& rules) {
    auto const is_ours = [&rules](std::string const& name) {
        return std::ranges::find(rules.audiences, name) != rules.audiences.end();
    };
    auto const fits = rules.audience_rule == AudienceRule::only_ours
                          ? !audience.empty() && std::ranges::all_of(audience, is_ours)
                          : std::ranges::any_of(audience, is_ours);
    if (!fits) return refuse("the token is for another audience");
    return {};
}

Result<void> check_times(Claims const& claims, ClaimRules const& rules, WallTime now) {
    if (now >= claims.expires + limits::kClockSkew) return refuse("the token has expired");
    if (rules.life_longest && claims.expires > now + *rules.life_longest + limits::kClockSkew) {
        return refuse("the token is valid for too long");
    }
    if (claims.not_before && now < *claims.not_before - limits::kClockSkew) {
        return refuse("the token is not valid yet");
    }
    if (claims.issued_at && now < *claims.issued_at - limits::kClockSkew) {
        return refuse("the token was issued in the future");
    }
    return {};
}

}  // namespace

Result<std::optional<WallTime>> time_claim(json::Value payload, std::string_view name) {
    // Nanoseconds in 64 bits end in 2262.
    constexpr std::int64_t kLatest = 9'000'000'000;
    auto const claim = payload.member(name);
    if (!claim) return std::optional<WallTime>();
    auto const seconds = claim->integer();
    if (!seconds || *seconds < 0 || *seconds > kLatest) return refuse("a time is out of range");
    return std::optional(WallTime(std::chrono::seconds(*seconds)));
}

Result<std::optional<std::string>> text_claim(json::Value payload, std::string_view name) {
    auto const claim = payload.member(name);
    if (!claim) return std::optional<std::string>();
    if (!claim->is_string()) return refuse("a claim is not a text");
    return std::optional(claim->text());
}

Result<Claims> check_claims(json::Value payload, ClaimRules const& rules, WallTime now) {
    SALUS_CHECK(!rules.issuer.empty() && !rules.audiences.empty());
    Claims claims;
    SALUS_TRY(auto const issuer, text_claim(payload, "iss"));
    if (issuer != rules.issuer) return refuse("the token has another issuer");
    claims.issuer = *issuer;
    SALUS_TRY(auto const subject, text_claim(payload, "sub"));
    if (!subject || subject->empty() || (rules.subject && subject != rules.subject)) {
        return refuse("the token has another subject or none");
    }
    claims.subject = *subject;
    SALUS_TRY(claims.audience, audience_claim(payload));
    SALUS_TRY_VOID(check_audience(claims.audience, rules));
    SALUS_TRY(auto const expires, time_claim(payload, "exp"));
    if (!expires) return refuse("the token never expires");
    claims.expires = *expires;
    SALUS_TRY(claims.issued_at, time_claim(payload, "iat"));
    SALUS_TRY(claims.not_before, time_claim(payload, "nbf"));
    SALUS_TRY(claims.token_id, text_claim(payload, "jti"));
    SALUS_TRY_VOID(check_times(claims, rules, now));
    return claims;
}

}  // namespace salus::jose

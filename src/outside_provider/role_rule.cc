#include "outside_provider/role_rule.h"

#include <algorithm>
#include <array>

#include "foundation/provider_limits.h"

namespace salus::outside_provider {
namespace {

// RFC 7519 section 4.1; OpenID Connect Core sections 2, 3.1.3.6, 3.3.2.11 and 5.1; what is signed
// there about signing in and out.
constexpr std::array<std::string_view, 35> kNoRoles{"iss",          "sub",
                                                    "aud",          "exp",
                                                    "nbf",          "iat",
                                                    "jti",          "auth_time",
                                                    "nonce",        "acr",
                                                    "amr",          "azp",
                                                    "at_hash",      "c_hash",
                                                    "s_hash",       "sid",
                                                    "cnf",          "name",
                                                    "given_name",   "family_name",
                                                    "middle_name",  "nickname",
                                                    "profile",      "preferred_username",
                                                    "picture",      "website",
                                                    "email",        "email_verified",
                                                    "gender",       "birthdate",
                                                    "zoneinfo",     "locale",
                                                    "phone_number", "phone_number_verified",
                                                    "address"};

bool says(json::Value claim, std::string const& value) {
    if (!claim.is_array()) return claim.is_text(value);
    if (claim.size() > limits::kProviderClaimValues) return false;
    for (auto const element : claim.elements()) {
        if (element.is_text(value)) return true;
    }
    return false;
}

}  // namespace

bool may_mean_roles(std::string_view claim) noexcept {
    return std::ranges::find(kNoRoles, claim) == kNoRoles.end();
}

request::RoleNames roles_given(std::vector<RoleRule> const& rules, json::Value payload) {
    request::RoleNames roles;
    for (auto const& rule : rules) {
        auto const claim = payload.member(rule.claim);
        if (claim && says(*claim, rule.value)) roles = request::united(roles, {rule.role});
    }
    return roles;
}

}  // namespace salus::outside_provider

// Which claims of a verified ID token mean a role here. The operator's rules are all that can be
// given: what no rule names exactly, as a text, means nothing. Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "request/role_name.h"

namespace salus::outside_provider {

struct RoleRule {
    std::string claim;  // may_mean_roles()
    std::string value;  // the claim, or one of a list, byte for byte
    request::RoleName role;
};

// Not what a token says of itself, and not the claims that many providers let people choose (OpenID
// Connect Core section 5.1): an `email` names nobody's role.
[[nodiscard]] bool may_mean_roles(std::string_view claim) noexcept;
// REQUIRES: the payload of a token that was verified, and that the rules have at most
// request::kRolesLargest roles.
[[nodiscard]] request::RoleNames roles_given(std::vector<RoleRule> const& rules,
                                             json::Value payload);

}  // namespace salus::outside_provider

// The outside OpenID provider, as the operator configured it. Values; any thread.
#pragma once

#include <string>
#include <vector>

#include "identity/session.h"
#include "outside_provider/role_rule.h"

namespace salus::outside_provider {

// Values that a provider says of a sign-in: one of either suffices. Empty: none does.
struct Accepted {
    std::vector<std::string> acr;  // OpenID Connect Core section 2
    std::vector<std::string> amr;  // RFC 8176
};

struct Settings {
    std::string issuer;     // https, exactly as the provider spells it
    std::string client_id;  // that the provider knows us by
    std::string name;       // on the button
    Accepted multi_factor;
    Accepted phishing_resistant;
    std::vector<RoleRule> roles{};      // all that its claims can give
    std::vector<std::string> scopes{};  // asked for beside openid, where claims need them
};

// What a sign-in of these values proves here: nothing, unless the operator said so.
[[nodiscard]] identity::Assurance assurance_of(Settings const& settings, std::string const& acr,
                                               std::vector<std::string> const& amr);
// The most that any sign-in there proves here.
[[nodiscard]] identity::Assurance most_of(Settings const& settings) noexcept;

}  // namespace salus::outside_provider

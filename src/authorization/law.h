// The law of policies (policy.h), applied to one request: the action is evaluated, then the limits.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authorization/policy.h"
#include "cedar/entities.h"
#include "cedar/policy_set.h"

namespace salus::authorization {

struct Outcome {
    bool allowed = false;
    request::AllowedElements elements;  // allowed, on a type: which may leave or be written
    std::vector<PolicyRuleId> rules;    // that allowed it, or forbade it
    std::optional<SignIn> sign_in;      // allowed: how a person must have signed in
    // Allowed: limits that withhold something, with what they name.
    struct Redaction {
        PolicyRuleId rule;
        std::vector<std::string> elements;  // sorted
    };
    std::vector<Redaction> redactions;
    std::vector<Duty> duties;  // allowed: what goes on record with it; sorted
};

// `type`: the resource type whose elements permits open; "": it is about no records. `memory` is
// used again by the next call.
[[nodiscard]] Outcome apply(Policy const& policy, cedar::Request const& request,
                            cedar::Entities const& entities, std::string_view type,
                            cedar::Response& memory);
// What is left of `allowed` where limits redact these elements (sorted). A narrative tells what it
// was made from, so it goes with whatever is withheld.
void withhold(request::AllowedElements& allowed, std::vector<std::string> const& redacted,
              std::string_view type);
// Action::"limit".
[[nodiscard]] cedar::EntityUid const& limit_action();

}  // namespace salus::authorization

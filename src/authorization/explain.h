// Why a request is allowed or refused, for people who answer for it (AZ-7): which rules spoke,
// which elements stay withheld and by what, and what would make a refused request succeed. Over the
// same decide() as every request, and as pure: nothing of a record is read, so nothing of one is
// told. Any thread.
#pragma once

#include <string>
#include <vector>

#include "authorization/decide.h"

namespace salus::authorization {

struct SpokenRule {
    PolicyRuleId id;
    std::string description;  // @description; may be empty
    std::string reference;    // @reference: the law or standard behind it; may be empty
};

struct WithheldElement {
    std::string element;
    std::vector<PolicyRuleId> rules;  // limits that redact it; empty: no satisfied permit opens it
};

// One change to the request that would have it allowed. A hint, never an access.
enum class RemedyKind : std::uint8_t {
    stronger_sign_in,  // value: acr
    recent_sign_in,    // value: seconds
    scope,             // value: a scope of the token
    purpose,           // value: a purpose of use
    role,              // value: a role of the policy
    care,              // value: true, to take part in the care of the patient in question
    emergency,         // value: true, to declare one for that patient, signed in as that takes
    network,           // value: a zone
    device,            // value: what it would be said to be
    time,              // value: when, in the tenant's time zone
};
[[nodiscard]] Literal name_of(RemedyKind kind) noexcept;
struct Remedy {
    RemedyKind kind;
    std::string value;
};

struct Explanation {
    bool allowed = false;
    Literal why;                       // refused: in general terms
    std::vector<SpokenRule> rules;     // that decided
    std::vector<PolicyRuleId> scopes;  // of the token, that permit it
    std::vector<WithheldElement> withheld;
    std::vector<Remedy> remedies;  // refused: each by itself is enough
};

// Whether the scopes of a caller are what somebody has, of whom an emergency's token takes those of
// one patient alone; or stand for every scope.
enum class ScopesOf : std::uint8_t { subject, anybody };

[[nodiscard]] Explanation explain(Policy const& policy, request::CallerFacts const& caller,
                                  request::IntentFacts const& intent,
                                  Circumstances const& circumstances,
                                  ScopesOf scopes = ScopesOf::subject);

}  // namespace salus::authorization

// decide: policy, caller, intent and time to a decision. A pure function: no clock, no I/O, no
// state; so a decision can be replayed. Deny by default (AZ-1, invariant 3).
#pragma once

#include <string>
#include <vector>

#include "authorization/policy.h"
#include "foundation/result.h"
#include "request/caller.h"
#include "request/exchange.h"
#include "request/intent.h"

namespace salus::authorization {

struct Decision {
    bool allowed = false;
    // Allowed: which elements of the intent's type may leave.
    request::AllowedElements elements;
    // Types of which a search may include resources, with what of them may leave.
    std::vector<request::TypePermit> included;
    request::Reach reach = request::Reach::named;
    // What allowed it (scope and purpose rule), or what would have had to.
    std::vector<PolicyRuleId> rules;
    // Denied: why, for the caller (the scope or purpose in general terms) and the audit leaf.
    Errc code = Errc::forbidden;
    Literal why;
    // Denied for this alone (Errc::unauthenticated): how the person would have to sign in.
    std::optional<SignIn> sign_in{};
};

// One intent; a bundle's entries are decided one by one. `now`: what a person's sign-in is measured
// from.
[[nodiscard]] Decision decide(Policy const& policy, request::CallerFacts const& caller,
                              request::IntentFacts const& intent, WallTime now);

// Makes Permits, the only one who can.
class Authorization {
public:
    explicit Authorization(Policy const& policy) : policy_(policy) {}
    // For the caller of the exchange, at the time when it began. Errc::unauthenticated: a token is
    // needed, or the person behind it has to sign in again, as exchange.challenge then says
    // (RFC 9470 section 3); Errc::forbidden: this token is not enough. The rules that were
    // consulted go into exchange.facts, of a refusal too.
    [[nodiscard]] Result<request::Permit> permit(request::Exchange& exchange,
                                                 request::Intent intent) const;

private:
    // $everything: the types that may be shown. Errc::forbidden if one that was asked for may not.
    [[nodiscard]] Result<void> permit_types(request::Permit& permit, WallTime now) const;

    Policy const& policy_;
};

}  // namespace salus::authorization

// decide: policy, caller, intent and time to a decision. A pure function: no clock, no I/O, no
// state; so a decision can be replayed. Deny by default (AZ-1, invariant 3).
#pragma once

#include <string>
#include <vector>

#include "authorization/circumstances.h"
#include "authorization/policy.h"
#include "foundation/result.h"
#include "request/caller.h"
#include "request/care_relationships.h"
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
    std::vector<Duty> duties{};  // allowed: what goes on record with it
};

// One intent; a bundle's entries are decided one by one.
[[nodiscard]] Decision decide(Policy const& policy, request::CallerFacts const& caller,
                              request::IntentFacts const& intent,
                              Circumstances const& circumstances);
// The same, with what `rules` answered before. REQUIRES: they are about this caller, in the tenant
// of this intent, under the same circumstances but for care_relationship.
class Judgement;
[[nodiscard]] Decision decide(Judgement& rules, request::CallerFacts const& caller,
                              request::IntentFacts const& intent,
                              Circumstances const& circumstances);
// At this time, from nowhere in particular, by somebody who cares for nobody.
[[nodiscard]] inline Decision decide(Policy const& policy, request::CallerFacts const& caller,
                                     request::IntentFacts const& intent, WallTime now) {
    return decide(policy, caller, intent, Circumstances{.now = now});
}

// Makes Permits, the only one who can.
class Authorization {
public:
    // `care`: who takes part in whose care.
    Authorization(Policy const& policy, request::CareRelationships& care)
        : policy_(policy), care_(care) {}
    // For the caller of the exchange, at the time when it began. Errc::unauthenticated: a token is
    // needed, or the person behind it has to sign in again, as exchange.challenge then says
    // (RFC 9470 section 3); Errc::forbidden: this token is not enough. The rules that were
    // consulted go into exchange.facts, of a refusal too. The intent, which is large, is moved
    // once.
    [[nodiscard]] Result<request::Permit> permit(request::Exchange& exchange,
                                                 request::Intent&& intent) const;

private:
    // $everything: the types that may be shown, whose duties go on record. Errc::forbidden if one
    // that was asked for may not.
    [[nodiscard]] Result<void> permit_types(request::Permit& permit, Judgement& rules,
                                            Circumstances const& circumstances,
                                            std::vector<PolicyRuleId>& recorded) const;
    [[nodiscard]] bool assumes_care(request::Permit const& permit) const;
    [[nodiscard]] Result<bool> cares(request::CallerFacts const& caller,
                                     request::IntentFacts const& intent) const;

    Policy const& policy_;
    request::CareRelationships& care_;
};

}  // namespace salus::authorization

// A request of the past, put together again from its audit leaf and from what is stored now of who
// asked (AZ-8): the facts that decide() takes. What the log does not hold is assumed, the same for
// each policy that decides it: a person signed in just now and with a passkey (acr `phr`), from an
// internal network; a search looked by nothing that is withheld; a record had no label. No ePHI: a
// patient is the caller's own or another, and none is named. Values.
#pragma once

#include <expected>
#include <string>

#include "admin/policy_desk.h"
#include "audit_views/recorded_leaf.h"
#include "authorization/circumstances.h"
#include "authorization/recorded_decision.h"
#include "request/intent.h"

namespace salus::admin {

// Of a caller whose scopes are those of one patient: whose record the request was about.
enum class Whose : std::uint8_t {
    unknown,  // no patient is named, or the caller is bound to none
    own,      // the caller is this patient
    context,  // the one that the caller's app was opened for
    another,
};
// REQUIRES: the subject is who asked.
[[nodiscard]] Whose whose(audit_views::RecordedLeaf const& leaf, Subject const& subject);

struct ReplayedRequest {
    request::CallerFacts caller;
    request::IntentFacts intent;
    authorization::Circumstances circumstances;  // but for care
    bool may_care = false;                       // who asked may take part in a patient's care
    bool was_permitted = false;
};

// Granular scopes, which leaves name by a hash, are looked for among the subject's and `of_app`'s:
// the client that acts for a person; nullptr: there is none. A Literal: why it cannot be decided
// again. `local`: what the tenant's clocks showed. REQUIRES: the decision is one of the leaf's.
[[nodiscard]] std::expected<ReplayedRequest, Literal> replayed_request(
    audit_views::RecordedLeaf const& leaf, authorization::RecordedDecision const& decision,
    Subject const& subject, Subject const* of_app, request::LocalTime local);

}  // namespace salus::admin

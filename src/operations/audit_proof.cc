// https://c2sp.org/tlog-proof
#include "operations/audit_proof.h"

#include <algorithm>

namespace salus::operations {
namespace {

using audit_views::AuditTrail;

bool is_auditor(request::CallerFacts const& caller) {
    return std::ranges::any_of(caller.scopes, [](request::Scope const& scope) {
        return scope.context == request::ScopeContext::system &&
               request::allows(scope, request::Interaction::audit_event, "AuditEvent");
    });
}

}  // namespace

Result<request::Prepared> audit_proof(Context const& context, request::Permit const& permit) {
    auto const absent = [] {
        return fail(Errc::not_found, "no signed record of yours has this index");
    };
    SALUS_TRY(auto* const trail, context.trail());
    auto moment = trail->now();
    auto const index = permit.intent().audit.index.value_or(0);
    if (index >= moment.reader.head().size) return absent();
    SALUS_TRY(auto const leaf, AuditTrail::event_at(moment.reader, index, context.parser));
    auto const& caller = permit.caller().facts();
    // A client acts for itself; what it did for a user is that user's.
    bool const is_own = leaf.client == caller.client.text() && leaf.user.empty();
    if (!is_own && !is_auditor(caller)) return absent();
    SALUS_TRY(auto proof, AuditTrail::proof_of(moment, index));
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "text/plain; charset=utf-8");
    prepared.content = request::PlainContent{std::move(proof)};
    return prepared;
}

}  // namespace salus::operations

#include "admin/replayed_request.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "fhir/compartment.h"
#include "fhir/definitions.h"
#include "request/scope_constraint.h"

namespace salus::admin {
namespace {

using authorization::RecordedVerdict;

// As authorization/decide.cc says it: the request was about another than the token's patient.
constexpr std::string_view kNoScope = "no scope of the token permits this";
constexpr std::string_view kOfOnePatient = "patient/";

// Any two that differ.
CompartmentId marked(std::uint8_t mark) {
    CompartmentId::Array bytes{};
    bytes.fill(mark);
    return CompartmentId(bytes);
}
CompartmentId bound_to() {
    return marked(1);
}
CompartmentId elsewhere() {
    return marked(2);
}

template <class Function>
void each_word(std::string_view text, Function const& take) {
    for (auto const part : std::views::split(text, ' ')) {
        std::string_view const word(part.begin(), part.end());
        if (!word.empty()) take(word);
    }
}

bool is_bound(std::string_view scopes) {
    bool bound = false;
    each_word(scopes, [&](std::string_view word) { bound |= word.starts_with(kOfOnePatient); });
    return bound;
}

request::Scope const* labelled(std::string_view label, Subject const* subject) {
    if (subject == nullptr) return nullptr;
    auto const& scopes = subject->caller.scopes;
    auto const found = std::ranges::find_if(
        scopes, [label](request::Scope const& scope) { return request::label_of(scope) == label; });
    return found == scopes.end() ? nullptr : &*found;
}

std::expected<std::vector<request::Scope>, Literal> scopes_of(std::string_view labels,
                                                              Subject const& subject,
                                                              Subject const* of_app) {
    std::vector<request::Scope> scopes;
    bool lacks = false;
    each_word(labels, [&](std::string_view label) {
        auto const* stored = labelled(label, &subject);
        if (stored == nullptr) stored = labelled(label, of_app);
        if (stored != nullptr) {
            scopes.push_back(*stored);
        } else if (label.contains("?#")) {
            lacks = true;
        } else if (auto scope = request::parse_scope(label)) {
            scopes.push_back(*std::move(scope));
        }
        // Else it is a word such as openid, by which nothing is permitted.
    });
    if (lacks)
        return std::unexpected(Literal("the log has a scope's constraint by its hash alone"));
    return scopes;
}

// An app that a clinician opened for a patient is bound to that patient, too.
void bind_to_patient(request::CallerFacts& caller, Whose whose) {
    caller.patient_compartment = bound_to();
    if (caller.person && whose == Whose::context) caller.person->is_patient = false;
}

request::IntentFacts intent_of(authorization::RecordedDecision const& decision,
                               TenantName const& tenant, Whose whose) {
    request::IntentFacts intent;
    intent.interaction = decision.interaction;
    intent.tenant = tenant;
    intent.type = decision.type;
    auto const* type = fhir::find_resource_type(decision.type);
    bool const in_patient = type != nullptr && !fhir::is_shared_type(*type);
    if (!in_patient || whose == Whose::unknown) return intent;
    intent.compartment = whose == Whose::another ? elsewhere() : bound_to();
    intent.patient_compartment = true;
    return intent;
}

request::AccessFacts assumed_access(request::LocalTime local) {
    auto access = authorization::at_work();
    access.local = local;
    return access;
}

}  // namespace

Whose whose(audit_views::RecordedLeaf const& leaf, Subject const& subject) {
    if (leaf.patient.empty() || !is_bound(leaf.scopes)) return Whose::unknown;
    auto const& own = subject.caller.patient_compartment;
    if (own && own->hex() == leaf.patient) return Whose::own;
    return leaf.reason == kNoScope ? Whose::another : Whose::context;
}

std::expected<ReplayedRequest, Literal> replayed_request(
    audit_views::RecordedLeaf const& leaf, authorization::RecordedDecision const& decision,
    Subject const& subject, Subject const* of_app, request::LocalTime local) {
    if (decision.verdict == RecordedVerdict::sign_in)
        return std::unexpected(Literal("the person had to sign in again first"));
    auto scopes = scopes_of(leaf.scopes, subject, of_app);
    if (!scopes) return std::unexpected(scopes.error());
    ReplayedRequest request{.caller = subject.caller,
                            .intent = {},
                            .circumstances = {.now = leaf.time, .access = assumed_access(local)},
                            .was_permitted = decision.verdict == RecordedVerdict::permitted};
    auto& caller = request.caller;
    caller.client = ClientId(leaf.client);
    caller.purpose = request::purpose_of_code(leaf.purpose);
    caller.scopes = *std::move(scopes);
    caller.scope_text = leaf.scopes;
    caller.patient_compartment.reset();
    if (caller.person) {
        caller.person->acr = "phr";
        caller.person->authenticated = leaf.time;
        caller.person->is_patient = subject.is_patient;
        // Of a declared emergency the log has the purpose.
        if (caller.purpose == request::PurposeOfUse::emergency)
            caller.person->emergency_until = leaf.time + std::chrono::minutes(1);
        request.may_care = !caller.person->practitioner.empty();
    }
    auto const of_whom = whose(leaf, subject);
    if (is_bound(leaf.scopes)) bind_to_patient(caller, of_whom);
    request.intent = intent_of(decision, caller.tenant, of_whom);
    return request;
}

}  // namespace salus::admin

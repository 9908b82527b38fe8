#include "sign_in/next_step.h"

#include <algorithm>

namespace salus::sign_in {
namespace {

using identity::Assurance;
using identity::Session;

constexpr NextStep refusal(Literal error, Literal why) {
    return {.step = Step::refuse, .error = error, .why = why};
}

// A sign-in that came after the request serves it whatever its age: max_age=0 asks for one sign-in
// and not for one after another.
bool is_recent_enough(Session const& session, identity::PendingAuthorization const& pending,
                      WallTime now) {
    if (session.authenticated >= pending.asked) return true;
    auto const& asked = pending.request;
    if (asked.prompt_login) return false;
    return !asked.max_age || now - session.authenticated <= *asked.max_age;
}

// Somebody else is signed in than the client means (id_token_hint). Who signed in since it asked is
// who there is: they are not asked in a circle.
std::optional<NextStep> wrong_person(Situation const& at) {
    auto const& asked = at.pending.request;
    if (!asked.person || asked.person == at.user->id) return std::nullopt;
    bool const since = at.session->authenticated >= at.pending.asked;
    if (asked.prompt_none || since) return refusal("login_required", "somebody else is signed in");
    return NextStep{Step::sign_in};
}

// What has to be proved first, if anything.
std::optional<NextStep> missing_proof(Situation const& at) {
    auto const& asked = at.pending.request;
    if (at.session == nullptr || at.user == nullptr) {
        if (asked.prompt_none) return refusal("login_required", "nobody is signed in");
        return NextStep{Step::sign_in};
    }
    if (auto other = wrong_person(at)) return other;
    bool const strong_enough = satisfies(at.session->assurance, asked.needed);
    auto const most = std::max(reachable(*at.user), at.outside);
    bool const has_factors = satisfies(most, Assurance::multi_factor);
    if (!strong_enough && has_factors && !satisfies(most, asked.needed)) {
        return refusal("unmet_authentication_requirements",
                       "this person has no factor that proves as much");
    }
    if (strong_enough && is_recent_enough(*at.session, at.pending, at.now)) return std::nullopt;
    if (asked.prompt_none) return refusal("login_required", "the sign-in does not suffice");
    return NextStep{strong_enough || has_factors ? Step::prove_more : Step::enrol};
}

// What keeps somebody from declaring an emergency, if anything.
std::optional<NextStep> no_emergency(Situation const& at) {
    auto const& purposes = at.user->purposes;
    if (std::ranges::find(purposes, request::PurposeOfUse::emergency) == purposes.end())
        return refusal("access_denied", "this person may not declare an emergency");
    // Who is a patient here would be chosen for their own record.
    if (!at.user->patient.empty())
        return refusal("access_denied", "nobody declares an emergency for their own record");
    if (!needs_patient(*at.grantable) || at.grantable->scopes.empty())
        return refusal("invalid_scope", "an emergency is for scopes in the context of a patient");
    return std::nullopt;
}

bool is_nothing(request::ScopeRequest const& scope) {
    return scope.scopes.empty() && !scope.words.has(request::ScopeWord::openid);
}

}  // namespace

NextStep next_step(Situation const& at) {
    if (auto const missing = missing_proof(at)) return *missing;
    auto const& asked = at.pending.request;
    if (at.grantable == nullptr || is_nothing(*at.grantable))
        return refusal("access_denied", "nothing of what was asked can be allowed");
    if (asked.is_emergency()) {
        if (auto const refused = no_emergency(at)) return *refused;
    }
    if (needs_patient(*at.grantable)) {
        auto const& own = at.user->patient;
        // Of a launch that was opened on somebody else.
        if (!own.empty() && !at.pending.patient.empty() && at.pending.patient != own)
            return refusal("access_denied", "these are another person's records");
        if (own.empty() && at.pending.patient.empty()) {
            if (asked.prompt_none) return refusal("interaction_required", "a patient is missing");
            if (!may_choose_patient(*at.user))
                return refusal("access_denied", "this person may not look for patients");
            return {Step::choose_patient};
        }
    }
    if (at.allowed_before && !asked.prompt_consent && !asked.is_emergency()) return {Step::done};
    if (asked.prompt_none) return refusal("consent_required", "this was not allowed before");
    return {Step::consent};
}

Assurance reachable(identity::User const& user) noexcept {
    if (!user.passkeys.empty()) return Assurance::phishing_resistant;
    return user.has_strong_factor() ? Assurance::multi_factor : Assurance::none;
}

bool needs_patient(request::ScopeRequest const& scope) noexcept {
    return scope.words.has(request::ScopeWord::launch_patient) ||
           std::ranges::any_of(scope.scopes, [](request::Scope const& each) {
               return each.context == request::ScopeContext::patient;
           });
}

bool may_choose_patient(identity::User const& user) {
    return std::ranges::any_of(user.scopes, [](request::Scope const& each) {
        return each.context == request::ScopeContext::user &&
               request::allows(each, request::Interaction::search_type, "Patient");
    });
}

}  // namespace salus::sign_in

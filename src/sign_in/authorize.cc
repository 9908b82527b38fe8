// From a session to the answer that an app waits for: whose records, and what it may do.
#include "crypto/hash.h"
#include "foundation/secret.h"
#include "identity/grant.h"
#include "identity/holdings.h"
#include "oauth/authorizations.h"
#include "oauth/browser.h"
#include "oauth/representation.h"
#include "sign_in/consent_pages.h"
#include "sign_in/emergency_reason.h"
#include "sign_in/sign_in.h"
#include "sign_in/sign_in_pages.h"
#include "sign_in/texts.h"

namespace salus::sign_in {
namespace {

// Names what somebody was shown: the form brings it back, and what would be allowed now has to be
// the same (F7).
std::string digest_of(Waiting const& waiting, identity::User const& user,
                      request::ScopeRequest const& scope) {
    auto const& asked = waiting.pending.value;
    auto const purpose = oauth::common_purpose(*waiting.client, user, asked.request.purpose);
    auto const text = request::to_text(scope);
    static constexpr std::string_view kEnd("\0", 1);
    return to_base64url(crypto::sha256(
        {bytes_of("salus consent"), bytes_of(kEnd), bytes_of(waiting.pending.id), bytes_of(kEnd),
         bytes_of(asked.request.client.text()), bytes_of(kEnd),
         bytes_of(asked.request.redirect_uri), bytes_of(kEnd), bytes_of(asked.patient),
         bytes_of(kEnd), bytes_of(purpose ? request::code_of(*purpose).text() : ""), bytes_of(kEnd),
         bytes_of(text)}));
}

// For what was asked. An emergency that is declared is one that was asked for.
bool is_for_purpose(identity::Grant const& grant, Waiting const& waiting) {
    auto const& asked = waiting.pending.value.request.purpose;
    return asked ? grant.purpose == *asked : grant.purpose != request::PurposeOfUse::emergency;
}

// A grant of this user to this client that stands, covers this and is about the same patient.
Result<bool> allowed_before(Desk const& desk, Waiting const& waiting, identity::User const& user,
                            request::ScopeRequest const& scope) {
    if (waiting.client->is_public()) return false;
    auto documents = desk.documents();
    SALUS_TRY(auto const holdings, documents.read<identity::UserHoldings>(user.id.text()));
    if (!holdings) return false;
    for (auto const& id : holdings->value.grants) {
        SALUS_TRY(auto const grant, documents.read<identity::Grant>(id));
        bool const covers = grant && grant->value.client == waiting.client->id &&
                            grant->value.generation == user.generation &&
                            grant->value.patient == waiting.pending.value.patient &&
                            is_for_purpose(grant->value, waiting) &&
                            desk.clock.now() < grant->value.ends() &&
                            request::is_within(scope, grant->value.scope);
        if (covers) return true;
    }
    return false;
}

// All that the next step depends on.
struct Known {
    request::ScopeRequest grantable;
    bool before = false;
};
Result<Known> learn(Desk const& desk, Waiting& waiting, std::optional<LiveSession> const& live) {
    Known known;
    if (!live) return known;
    auto authorizations = desk.authorizations();
    auto const& user = live->user.value;
    SALUS_TRY(known.grantable, authorizations.grantable(waiting.pending, user));
    // Who is a patient sees their own record, and who represents one sees that; neither is asked.
    bool const open = needs_patient(known.grantable) && waiting.pending->patient.empty();
    if (open) waiting.pending->patient = user.patient;
    if (open && user.patient.empty()) {
        SALUS_TRY(auto represented,
                  oauth::represented_patient(desk.records, desk.parser, user, desk.clock.now()));
        waiting.pending->patient = std::move(represented).value_or("");
    }
    SALUS_TRY(known.before, allowed_before(desk, waiting, user, known.grantable));
    return known;
}

// The most that the outside provider can prove of this user.
identity::Assurance outside_reach(Desk const& desk, std::optional<LiveSession> const& live) {
    auto const* provider = desk.provider();
    if (provider == nullptr || !live) return identity::Assurance::none;
    auto const& account = live->user.value.outside;
    if (!account || account->issuer != provider->issuer) return identity::Assurance::none;
    return outside_provider::most_of(*provider);
}

NextStep next_step_of(Desk const& desk, Waiting const& waiting,
                      std::optional<LiveSession> const& live, Known const& known) {
    return next_step({.pending = waiting.pending.value,
                      .session = live ? &live->session.value : nullptr,
                      .user = live ? &live->user.value : nullptr,
                      .outside = outside_reach(desk, live),
                      .grantable = live ? &known.grantable : nullptr,
                      .allowed_before = known.before,
                      .now = desk.clock.now()});
}

Result<request::Prepared> refuse(Desk const& desk, Visit const& visit, Waiting const& waiting,
                                 Literal error, Literal why) {
    auto& facts = visit.exchange().facts;
    facts.event = audit::Event::authorization_refused;
    facts.target_client = waiting.client->id;
    return desk.authorizations().refuse(waiting.pending, error, why);
}

Result<request::Prepared> complete(Desk const& desk, Visit const& visit, Waiting const& waiting,
                                   LiveSession const& live, request::ScopeRequest const& scope) {
    bool const emergency = waiting.pending.value.request.is_emergency();
    auto completed = desk.authorizations().complete(
        waiting.pending,
        {.user = live.user.value,
         .session = live.session.id,
         .proof = live.session.value,
         .scope = scope,
         .emergency_until =
             emergency ? std::optional(desk.clock.now() + desk.emergency_life) : std::nullopt});
    if (!completed && completed.error().code == Errc::forbidden)
        return refuse(desk, visit, waiting, "access_denied", completed.error().why);
    auto& facts = visit.exchange().facts;
    facts.event = emergency ? audit::Event::emergency_declared : audit::Event::authorized;
    facts.target_client = waiting.client->id;
    return completed;
}

// With the reason that the person states, which goes on record; so does whose record it is.
Result<request::Prepared> declare(Desk const& desk, Visit const& visit, Waiting const& waiting,
                                  LiveSession const& live, request::ScopeRequest const& scope,
                                  std::string reason) {
    auto const& asked = waiting.pending.value;
    Seeker const seeker{live.user.value, *waiting.client, asked.request.purpose};
    SALUS_TRY(auto const patient, find_patient(desk, seeker, asked.patient));
    if (!patient)
        return refuse(desk, visit, waiting, "access_denied", "there is no such patient any more");
    SALUS_TRY(auto prepared, complete(desk, visit, waiting, live, scope));
    visit.exchange().facts.stated_reason = EphiText(std::move(reason));
    prepared.consulted.push_back(patient->read);
    return prepared;
}

Result<request::Prepared> ask_consent(Desk const& desk, Visit const& visit, Waiting const& waiting,
                                      LiveSession const& live, request::ScopeRequest const& scope,
                                      Literal what_failed) {
    std::optional<ShownPatient> patient;
    if (needs_patient(scope)) {
        SALUS_TRY(patient, find_patient(desk,
                                        {live.user.value, *waiting.client,
                                         waiting.pending.value.request.purpose},
                                        waiting.pending.value.patient));
    }
    auto prepared = show(visit, consent_page({.visit = visit,
                                              .waiting = waiting,
                                              .user = live.user.value,
                                              .scope = scope,
                                              .patient = patient ? &*patient : nullptr,
                                              .shown = digest_of(waiting, live.user.value, scope),
                                              .lasts = desk.emergency_life,
                                              .reason = visit.field("reason"),
                                              .what_failed = what_failed}));
    if (patient) prepared.consulted.push_back(patient->read);
    return prepared;
}

// Looks for patients by what was typed: a page of those that were found, or what is wrong with it.
Result<request::Prepared> find_by_name(Desk const& desk, Visit const& visit, Waiting const& waiting,
                                       Seeker const& seeker) {
    auto const again = [&](Literal why, int status) {
        return show(visit, patient_page(visit, waiting, why, status));
    };
    auto const patients =
        find_patients(desk, seeker, visit.field("name"), visit.field("birth_date"));
    if (!patients) {
        auto const code = patients.error().code;
        if (code == Errc::too_large) return again(texts::kTooManyPatients, 400);
        bool const vague = code == Errc::invalid || code == Errc::not_supported;
        if (vague) return again(texts::kPatientTooVague, 400);
        return fail(patients.error());
    }
    if (patients->empty()) return again(texts::kNoSuchPatient, 404);
    auto prepared = show(visit, patients_page(visit, waiting, *patients));
    for (auto const& each : *patients) prepared.consulted.push_back(each.read);
    return prepared;
}

}  // namespace

Result<request::Prepared> SignIn::authorize(Visit const& visit, Waiting waiting,
                                            std::optional<LiveSession> live) const {
    SALUS_TRY(auto const known, learn(desk_, waiting, live));
    auto const next = next_step_of(desk_, waiting, live, known);
    switch (next.step) {
        case Step::sign_in:
        case Step::prove_more:
            return show(visit, sign_in_page({.visit = visit,
                                             .waiting = &waiting,
                                             .provider = desk_.provider(),
                                             .confirm = next.step == Step::prove_more}));
        case Step::enrol: return go_to(visit, "/account");
        case Step::choose_patient: return show(visit, patient_page(visit, waiting, {}, 200));
        case Step::consent: return ask_consent(desk_, visit, waiting, *live, known.grantable, {});
        case Step::done: return complete(desk_, visit, waiting, *live, known.grantable);
        case Step::refuse: return refuse(desk_, visit, waiting, next.error, next.why);
    }
    return fail(Errc::internal, "a step has no page");
}

Result<request::Prepared> SignIn::take_consent(Visit const& visit) const {
    SALUS_TRY(auto waiting, waiting_here(desk_, visit));
    if (!waiting) return show(visit, over_page(visit));
    SALUS_TRY(auto const live, live_session(desk_, visit));
    SALUS_TRY(auto const known, learn(desk_, *waiting, live));
    auto const next = next_step_of(desk_, *waiting, live, known);
    // Whatever came in between, such as the end of the session, is looked at first.
    if (next.step != Step::consent && next.step != Step::done) return go_to(visit, "/sign-in");
    visit.exchange().facts.user = live->user.value.id;
    auto const shown = digest_of(*waiting, live->user.value, known.grantable);
    if (!equal_constant_time(bytes_of(shown), bytes_of(visit.field("shown")))) {
        return ask_consent(desk_, visit, *waiting, *live, known.grantable, texts::kConsentSwapped);
    }
    auto const decision = visit.field("decision");
    if (decision == "deny")
        return refuse(desk_, visit, *waiting, "access_denied", "the person did not allow it");
    if (decision != "allow") return fail(Errc::invalid, "Allow it, or do not.");
    if (waiting->pending->request.is_emergency()) {
        auto reason = stated_reason(visit.field("reason"));
        if (!reason)
            return ask_consent(desk_, visit, *waiting, *live, known.grantable,
                               texts::kEmergencyReasonMissing);
        return declare(desk_, visit, *waiting, *live, known.grantable, *std::move(reason));
    }
    return complete(desk_, visit, *waiting, *live, known.grantable);
}

Result<request::Prepared> SignIn::take_patient(Visit const& visit) const {
    SALUS_TRY(auto waiting, waiting_here(desk_, visit));
    if (!waiting) return show(visit, over_page(visit));
    SALUS_TRY(auto const live, live_session(desk_, visit));
    SALUS_TRY(auto const known, learn(desk_, *waiting, live));
    auto const next = next_step_of(desk_, *waiting, live, known);
    if (next.step != Step::choose_patient) return go_to(visit, "/sign-in");
    visit.exchange().facts.user = live->user.value.id;
    auto const id = visit.field("patient");
    Seeker const seeker{live->user.value, *waiting->client, waiting->pending->request.purpose};
    if (id.empty()) return find_by_name(desk_, visit, *waiting, seeker);
    SALUS_TRY(auto const patient, find_patient(desk_, seeker, id));
    if (!patient) return show(visit, patient_page(visit, *waiting, texts::kNoPatient, 404));
    auto prepared = go_to(visit, "/sign-in");
    SALUS_TRY_VOID(
        desk_.authorizations().choose_patient(std::move(waiting->pending), id, prepared));
    prepared.consulted.push_back(patient->read);
    return prepared;
}

}  // namespace salus::sign_in

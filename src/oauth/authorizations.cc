#include "oauth/authorizations.h"

#include <algorithm>

#include "foundation/oauth_limits.h"
#include "foundation/sign_in_limits.h"
#include "identity/endings.h"
#include "identity/grant.h"
#include "identity/holdings.h"
#include "oauth/browser.h"
#include "oauth/launch.h"

namespace salus::oauth {
namespace {

using identity::AuthorizationRequest;
using request::ScopeWord;

identity::AuthorizationCode code_for(AuthorizationRequest const& asked, std::string grant,
                                     identity::SecretId const& id, WallTime now) {
    identity::AuthorizationCode code;
    code.secret = id.hash();
    code.client = asked.client;
    code.redirect_uri = asked.redirect_uri;
    code.redirect_uri_given = asked.redirect_uri_given;
    code.code_challenge = asked.code_challenge;
    code.nonce = asked.nonce;
    code.dpop_key = asked.dpop_key;
    code.device = asked.device;
    code.grant = std::move(grant);
    code.expires = now + limits::kAuthorizationCodeLife;
    return code;
}

}  // namespace

std::optional<request::PurposeOfUse> common_purpose(
    Client const& client, identity::User const& user,
    std::optional<request::PurposeOfUse> const& asked) {
    for (auto const purpose : client.purposes) {
        bool const meant = asked ? purpose == *asked : purpose != request::PurposeOfUse::emergency;
        bool const shared = std::ranges::find(user.purposes, purpose) != user.purposes.end();
        if (meant && shared) return purpose;
    }
    return std::nullopt;
}

Result<std::string> Authorizations::begin(AuthorizationRequest request, std::string pushed,
                                          identity::SecretId const& browser,
                                          request::Prepared& prepared) {
    Pending pending{.value = {}, .id = crypto::random_id(random_), .version = 0};
    pending->request = std::move(request);
    pending->browser = browser.hash();
    pending->pushed = std::move(pushed);
    pending->asked = clock_.now();
    SALUS_TRY_VOID(take_launch(pending.value));
    SALUS_TRY_VOID(documents_.write(pending, pending->expires(), prepared));
    return pending.id;
}

// What the EHR had open. Errc::invalid: the launch is none of this app's, or was used (F15, SC3).
Result<void> Authorizations::take_launch(identity::PendingAuthorization& pending) {
    auto const& asked = pending.request;
    bool const wants = asked.scope.words.has(ScopeWord::launch);
    if (asked.launch.empty() && !wants) return {};
    SALUS_TRY(auto const launch, find_launch(documents_, asked.launch, asked.client, clock_.now()));
    if (!launch || !wants) return fail(Errc::invalid, "the app was not opened by this system");
    pending.launch = launch->id;
    pending.patient = launch->value.patient;
    pending.encounter = launch->value.encounter;
    pending.launched_by = launch->value.user;
    return {};
}

Result<std::optional<Pending>> Authorizations::find(std::string_view id,
                                                    identity::SecretId const& browser) {
    SALUS_TRY(auto pending, documents_.read<identity::PendingAuthorization>(id));
    bool const here = pending && identity::matches(browser, pending->value.browser) &&
                      clock_.now() < pending->value.expires();
    if (!here) pending.reset();
    return pending;
}

Result<ClientPointer> Authorizations::client_of(Pending const& pending) {
    return clients_.find(pending->request.client.text());
}

Result<request::ScopeRequest> Authorizations::grantable(Pending const& pending,
                                                        identity::User const& user) {
    SALUS_TRY(auto const client, client_of(pending));
    if (!client) return request::ScopeRequest();
    auto scope = request::intersect(pending->request.scope, client->scope);
    scope.scopes = request::intersect(scope.scopes, user.scopes);
    if (user.fhir_user.empty()) scope.words.remove(ScopeWord::fhir_user);
    bool const refreshes = client->grants.refresh_token;
    if (!refreshes) {
        scope.words.remove(ScopeWord::offline_access);
        scope.words.remove(ScopeWord::online_access);
    }
    // Scopes on services act for the client alone.
    std::erase_if(scope.scopes, [](request::Scope const& each) {
        return each.context == request::ScopeContext::system;
    });
    if (pending->request.is_emergency()) {
        scope.words.remove(ScopeWord::offline_access);
        std::erase_if(scope.scopes, [](request::Scope const& each) {
            return each.context != request::ScopeContext::patient;
        });
    }
    return scope;
}

Result<void> Authorizations::choose_patient(Pending pending, std::string_view patient,
                                            request::Prepared& prepared) {
    pending->patient = patient;
    return documents_.write(pending, pending->expires(), prepared);
}

Result<std::string> Authorizations::add_grant(Pending const& pending, Consent const& consent,
                                              request::Prepared& prepared) {
    SALUS_TRY(auto const client, client_of(pending));
    auto const purpose =
        client ? common_purpose(*client, consent.user, pending->request.purpose) : std::nullopt;
    if (!purpose) return fail(Errc::forbidden, "client and user share no purpose of use");
    bool const emergency = purpose == request::PurposeOfUse::emergency;
    if (emergency && (!consent.emergency_until || pending->patient.empty()))
        return fail(Errc::forbidden, "an emergency is declared, for one patient");
    identity::Stored<identity::Grant> grant{
        .value = {}, .id = crypto::random_id(random_), .version = 0};
    grant->user = consent.user.id;
    grant->generation = consent.user.generation;
    grant->client = client->id;
    grant->scope = consent.scope;
    grant->purpose = *purpose;
    if (emergency) grant->emergency_until = consent.emergency_until;
    grant->patient = pending->patient;
    grant->encounter = pending->encounter;
    grant->session = consent.session;
    grant->offline = consent.scope.words.has(ScopeWord::offline_access);
    grant->assurance = consent.proof.assurance;
    grant->provider_roles = consent.proof.provider_roles;
    grant->authenticated = consent.proof.authenticated;
    grant->given = clock_.now();
    grant->used = clock_.now();
    SALUS_TRY_VOID(documents_.write(grant, grant->ends(), prepared));

    SALUS_TRY(auto holdings, identity::holdings_of(documents_, consent.user.id));
    identity::add_id(holdings->grants, grant.id);
    if (holdings->grants.size() > limits::kGrantsOfUser) {
        // The oldest ends, so that none lives which its user cannot see; nor does a token of it,
        // which an event loop may remember.
        SALUS_TRY(auto const oldest, documents_.read<identity::Grant>(holdings->grants.front()));
        identity::add_after_commit(prepared, [&news = guards_.revocations,
                                              id = holdings->grants.front()] { news.add(id); });
        if (oldest) {
            SALUS_TRY_VOID(documents_.remove(*oldest, prepared));
        }
        holdings->grants.erase(holdings->grants.begin());
    }
    SALUS_TRY_VOID(documents_.write(holdings, std::nullopt, prepared));
    return grant.id;
}

// Nothing waits any more, and the pushed request serves no second time (PA1).
Result<void> Authorizations::use_up(Pending const& pending, request::Prepared& prepared) {
    SALUS_TRY_VOID(documents_.remove(pending, prepared));
    if (!pending->launch.empty()) {
        SALUS_TRY(auto const launch, documents_.read<identity::LaunchContext>(pending->launch));
        if (!launch) return fail(Errc::invalid, "the app was opened with this launch before");
        SALUS_TRY_VOID(documents_.remove(*launch, prepared));
    }
    if (pending->pushed.empty()) return {};
    SALUS_TRY(auto const pushed, documents_.read<identity::PushedRequest>(pending->pushed));
    if (!pushed) return fail(Errc::invalid, "the pushed request was used before");
    return documents_.remove(*pushed, prepared);
}

Result<request::Prepared> Authorizations::complete(Pending const& pending, Consent const& consent) {
    bool const is_theirs = !pending->launched_by || pending->launched_by == consent.user.id;
    if (!is_theirs) return refuse(pending, "access_denied", "the app was opened for another user");
    auto const id = identity::SecretId::make(random_);
    auto prepared = see_other(answer_to(pending->request, {{.name = "code", .value = id.text()}}));
    SALUS_TRY_VOID(use_up(pending, prepared));
    SALUS_TRY(auto grant, add_grant(pending, consent, prepared));
    identity::Stored<identity::AuthorizationCode> code{
        .value = code_for(pending->request, std::move(grant), id, clock_.now()),
        .id = id.id,
        .version = 0};
    // A second use is known for one as long as a token of the first could live.
    SALUS_TRY_VOID(
        documents_.write(code, code->expires + limits::kPendingAuthorizationLife, prepared));
    return prepared;
}

Result<request::Prepared> Authorizations::refuse(Pending const& pending, Literal code,
                                                 Literal why) {
    auto prepared = see_other(refusal_url(pending->request, code, why));
    SALUS_TRY_VOID(documents_.remove(pending, prepared));
    return prepared;
}

std::string Authorizations::refusal_url(AuthorizationRequest const& request, Literal code,
                                        Literal why) const {
    return answer_to(request, {{.name = "error", .value = std::string(code.text())},
                               {.name = "error_description", .value = std::string(why.text())}});
}

// `iss` is in every answer, so that a client which speaks to several servers cannot take one's for
// another's (AZ7, F4).
std::string Authorizations::answer_to(AuthorizationRequest const& request,
                                      std::vector<request::Parameter> parameters) const {
    if (!request.state.empty()) parameters.push_back({.name = "state", .value = request.state});
    parameters.push_back({.name = "iss", .value = tenant_.issuer()});
    return with_parameters(request.redirect_uri, parameters);
}

}  // namespace salus::oauth

#include "oauth/person_grants.h"

#include <algorithm>

#include "crypto/hash.h"
#include "foundation/limits.h"
#include "foundation/oauth_limits.h"
#include "identity/endings.h"
#include "json/writer.h"
#include "oauth/access_token.h"
#include "oauth/answers.h"
#include "oauth/id_token.h"
#include "oauth/representation.h"

namespace salus::oauth {
namespace {

using identity::AuthorizationCode;
using identity::RefreshVerdict;
using request::ScopeWord;

request::Prepared invalid_grant(Literal why) {
    return protocol_error(400, "invalid_grant", why);
}

// It names the patient in context.
request::ReportContent content_of(std::string body) {
    return {EphiText(std::move(body))};
}

// RFC 7636 section 4.1: 43 to 128 unreserved characters.
bool is_verifier(std::string_view text) {
    return text.size() >= 43 && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~").find(c) != std::string_view::npos;
           });
}

bool proves_challenge(std::string_view verifier, std::string_view challenge) {
    auto const hash = to_base64url(crypto::sha256(bytes_of(verifier)));
    return equal_constant_time(bytes_of(hash), bytes_of(challenge));
}

// What the request says has to be what the code was made for. Empty: it is.
Literal mismatch(AuthorizationCode const& code, std::vector<request::Parameter> const& form,
                 std::string const& key) {
    auto const redirect_uri = request::single(form, "redirect_uri");
    bool const same_place = request::has_parameter(form, "redirect_uri")
                                ? redirect_uri == code.redirect_uri
                                : !code.redirect_uri_given;
    if (!same_place) return "redirect_uri is not that of the authorization request";
    auto const verifier = request::single(form, "code_verifier");
    if (!verifier || !is_verifier(*verifier) || !proves_challenge(*verifier, code.code_challenge))
        return "code_verifier is not that of the code_challenge";
    if (!code.dpop_key.empty() && code.dpop_key != key) return "the code is bound to another key";
    return {};
}

bool wants_refresh(Client const& client, request::ScopeRequest const& scope) {
    return client.grants.refresh_token && (scope.words.has(ScopeWord::offline_access) ||
                                           scope.words.has(ScopeWord::online_access));
}

request::Person person_of(std::string const& grant_id, identity::Grant const& grant,
                          identity::User const& user, bool represents) {
    return {.id = grant.user,
            .grant = grant_id,
            .acr = std::string(identity::acr_of(grant.assurance)),
            .authenticated = grant.authenticated,
            .practitioner = user.practitioner(),
            .is_patient = !user.patient.empty() && user.patient == grant.patient,
            .represents = represents};
}

bool has_patient_scope(request::ScopeRequest const& scope) {
    return std::ranges::any_of(scope.scopes, [](request::Scope const& each) {
        return each.context == request::ScopeContext::patient;
    });
}

}  // namespace

bool carries(identity::Session const& session, identity::Grant const& grant, WallTime now) {
    if (!grant.emergency_until) return identity::is_live(session, grant.generation, now);
    return session.generation == grant.generation && now < session.ends();
}

Result<std::optional<PersonGrants::LiveGrant>> PersonGrants::live(std::string_view id) {
    SALUS_TRY(auto grant, documents_.read<identity::Grant>(id));
    if (!grant) return std::optional<LiveGrant>();
    SALUS_TRY(auto user, documents_.read<identity::User>(grant->value.user.text()));
    bool const stands = user && user->value.status == identity::UserStatus::active &&
                        user->value.generation == grant->value.generation &&
                        !grant->value.is_dated_ahead(clock_.now());
    if (!stands) return std::optional<LiveGrant>();
    if (!grant->value.offline) {
        SALUS_TRY(auto const session, documents_.read<identity::Session>(grant->value.session));
        if (!session || !carries(session->value, grant->value, clock_.now()))
            return std::optional<LiveGrant>();
    }
    auto const& patient = grant->value.patient;
    bool represents = false;
    if (!patient.empty() && is_related_person(user->value)) {
        SALUS_TRY(auto const represented,
                  represented_patient(records_, parser_, user->value, clock_.now()));
        represents = represented == patient;
        // What was allowed on behalf of somebody ends with that.
        if (!represents && user->value.patient != patient) return std::optional<LiveGrant>();
    }
    return std::optional(LiveGrant{
        .grant = *std::move(grant), .user = std::move(user->value), .represents = represents});
}

bool PersonGrants::is_over(StoredGrant const& grant, authentication::TokenGuards& guards) const {
    return grant->emergency_until &&
           guards.emergencies.is_over(grant.id, *grant->emergency_until, clock_);
}

// The answer is a refusal, and what was allowed is allowed no more.
Result<request::Prepared> PersonGrants::end(StoredGrant const& grant,
                                            authentication::Revocations& news,
                                            request::Prepared prepared) {
    SALUS_TRY(auto const ended, identity::end_grant(documents_, grant->user, grant.id, prepared));
    prepared.after_commit = [&news, ended] {
        for (auto const& name : ended) news.add(name);
    };
    return prepared;
}

Result<std::optional<ClientId>> PersonGrants::client_of(std::string_view refresh_token) {
    auto const shown = identity::SecretId::parse(refresh_token);
    if (!shown) return std::optional<ClientId>();
    SALUS_TRY(auto const grant, documents_.read<identity::Grant>(shown->id));
    if (!grant) return std::optional<ClientId>();
    return std::optional(grant->value.client);
}

Result<request::Prepared> PersonGrants::redeem(request::Exchange& exchange,
                                               ProvenClient const& proven,
                                               std::vector<request::Parameter> const& form,
                                               TokenBinding const& binding,
                                               authentication::TokenGuards& guards) {
    constexpr Literal kNoCode = "the code is none of this client, or its time is over";
    auto const& client = *proven.client;
    auto const shown = identity::SecretId::parse(request::single(form, "code").value_or(""));
    if (!shown) return invalid_grant(kNoCode);
    SALUS_TRY(auto code, documents_.read<AuthorizationCode>(shown->id));
    if (!code || !identity::matches(*shown, code->value.secret) || code->value.client != client.id)
        return invalid_grant(kNoCode);
    // Whoever cannot say the verifier has no right to end anything (OAuth 2.1 section 7.5.3).
    if (auto const why = mismatch(code->value, form, binding.key); !why.empty())
        return invalid_grant(why);
    if (code->value.used) {
        constexpr Literal kUsed = "the code was used before";
        exchange.facts.event = audit::Event::grant_revoked;
        SALUS_TRY(auto const grant, documents_.read<identity::Grant>(code->value.grant));
        if (!grant) return invalid_grant(kUsed);
        exchange.facts.user = grant->value.user;
        return end(*grant, guards.revocations, invalid_grant(kUsed));
    }
    if (clock_.now() >= code->value.expires) return invalid_grant(kNoCode);
    SALUS_TRY(auto found, live(code->value.grant));
    if (!found || is_over(found->grant, guards))
        return invalid_grant("what was allowed is allowed no more");
    exchange.facts.user = found->user.id;

    auto prepared = json_answer({});
    code->value.used = true;
    SALUS_TRY_VOID(
        documents_.write(*code, code->value.expires + limits::kPendingAuthorizationLife, prepared));
    auto& grant = found->grant;
    std::string refresh_token;
    if (wants_refresh(client, grant->scope)) {
        refresh_token = identity::make_refresh_token(grant.id, grant.value, random_).text();
    }
    grant->key_thumbprint = binding.key;
    grant->device = proven.device.claimed ? proven.device : code->value.device;
    grant->used = clock_.now();
    SALUS_TRY_VOID(documents_.write(grant, grant->ends(), prepared));
    prepared.content = content_of(token_answer({.live = *found,
                                                .scope = grant->scope,
                                                .binding = binding,
                                                .nonce = code->value.nonce,
                                                .refresh_token = refresh_token}));
    return prepared;
}

Result<request::Prepared> PersonGrants::refresh(request::Exchange& exchange,
                                                ProvenClient const& proven,
                                                std::vector<request::Parameter> const& form,
                                                TokenBinding const& binding,
                                                authentication::TokenGuards& guards) {
    constexpr Literal kNoToken = "the refresh token is not valid";
    auto const& client = *proven.client;
    auto const text = request::single(form, "refresh_token");
    auto const shown = identity::SecretId::parse(text.value_or(""));
    if (!shown) return invalid_grant(kNoToken);
    SALUS_TRY(auto found, live(shown->id));
    if (!found || found->grant->client != client.id || is_over(found->grant, guards))
        return invalid_grant(kNoToken);
    auto& grant = found->grant;
    switch (identity::judge(grant.value, *shown, binding.key, clock_.now())) {
        case RefreshVerdict::foreign:
        case RefreshVerdict::over: return invalid_grant(kNoToken);
        case RefreshVerdict::reused:
            exchange.facts.user = grant->user;
            exchange.facts.event = audit::Event::grant_revoked;
            return end(grant, guards.revocations,
                       invalid_grant("the refresh token was used before"));
        case RefreshVerdict::retry: {
            exchange.facts.user = grant->user;
            auto again = json_answer({});
            again.content = content_of(std::move(grant->last_answer));
            return again;
        }
        case RefreshVerdict::current: break;
    }
    exchange.facts.user = grant->user;
    auto scope = grant->scope;
    if (request::has_parameter(form, "scope")) {
        auto const asked =
            request::parse_scope_request(request::single(form, "scope").value_or(""));
        if (!asked || !request::is_within(*asked, grant->scope))
            return protocol_error(400, "invalid_scope", "the scope is not within what was allowed");
        scope = *asked;
    }
    if (proven.device.claimed) grant->device = proven.device;
    return rotate(*std::move(found), scope, client, binding, std::string(*text));
}

// A token that only its client can use stays (RFC 9700 section 4.14.2, FAPI 2.0 section 5.3.2.1);
// any other is replaced.
Result<request::Prepared> PersonGrants::rotate(LiveGrant live, request::ScopeRequest const& scope,
                                               Client const& client, TokenBinding const& binding,
                                               std::string const& shown) {
    auto& grant = live.grant;
    auto prepared = json_answer({});
    bool const stays = !client.is_public() && (!grant->key_thumbprint.empty() ||
                                               client.tls_client_certificate_bound_access_tokens);
    auto next = shown;
    if (!stays) {
        grant->replaced = grant->refresh;
        next = identity::make_refresh_token(grant.id, grant.value, random_).text();
        grant->rotated = clock_.now();
    }
    auto body = token_answer({.live = live,
                              .scope = scope,
                              .binding = binding,
                              .nonce = {},
                              .refresh_token = std::move(next)});
    grant->used = clock_.now();
    if (!stays) grant->last_answer = body;
    SALUS_TRY_VOID(documents_.write(grant, grant->ends(), prepared));
    prepared.content = content_of(std::move(body));
    return prepared;
}

std::string PersonGrants::token_answer(Issue const& issue) {
    auto const& grant = issue.live.grant.value;
    AccessTokenGrant token{
        .client = grant.client,
        .scopes = issue.scope.scopes,
        .purpose = grant.purpose,
        .key_thumbprint = issue.binding.key,
        .certificate_thumbprint = issue.binding.certificate,
        .person = person_of(issue.live.grant.id, grant, issue.live.user, issue.live.represents),
        .words = issue.scope.words,
        .roles = request::united(issue.live.user.roles, grant.provider_roles),
        .locations = issue.live.user.locations,
        .device = grant.device};
    bool const in_context = !grant.patient.empty();
    if (in_context && has_patient_scope(issue.scope)) {
        token.patient_compartment = records_.addressing().patient_compartment(grant.patient);
        token.person->emergency_until = grant.emergency_until;
    }
    auto const now = clock_.now();
    auto const access_token = issue_access_token(tenant_, keys_, token, random_, now);

    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    writer.key("access_token").string(access_token);
    writer.key("token_type").string(issue.binding.token_type());
    writer.key("expires_in").integer(token.expires(now) - to_unix_seconds(now));
    writer.key("scope").string(request::to_text(issue.scope));
    if (!issue.refresh_token.empty()) writer.key("refresh_token").string(issue.refresh_token);
    if (issue.scope.words.has(ScopeWord::openid)) {
        writer.key("id_token")
            .string(issue_id_token(tenant_, keys_,
                                   {.client = grant.client,
                                    .user = issue.live.user,
                                    .person = *token.person,
                                    .words = issue.scope.words,
                                    .nonce = issue.nonce,
                                    .access_token = access_token,
                                    .session = grant.session},
                                   now));
    }
    // SMART App Launch 2.2, "Launch context arrives with your access_token".
    if (in_context) writer.key("patient").string(grant.patient);
    if (!grant.encounter.empty()) writer.key("encounter").string(grant.encounter);
    writer.end_object();
    return body;
}

}  // namespace salus::oauth

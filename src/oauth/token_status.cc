#include "oauth/token_status.h"

#include <algorithm>

#include "identity/endings.h"
#include "identity/user.h"
#include "json/writer.h"
#include "oauth/access_token.h"
#include "oauth/answers.h"
#include "oauth/person_grants.h"
#include "oauth/protocol_form.h"

namespace salus::oauth {
namespace {

bool reads_all_tokens(std::vector<request::Scope> const& scopes) {
    return std::ranges::any_of(scopes, [](request::Scope const& scope) {
        return scope.context == request::ScopeContext::administration && scope.type == "tokens" &&
               scope.read;
    });
}

void write_token(json::Writer& writer, request::Tenant const& tenant,
                 request::CallerFacts const& token) {
    writer.key("scope").string(token.scope_text);
    writer.key("client_id").string(token.client.text());
    writer.key("sub").string(token.person ? token.person->id.text() : token.client.text());
    writer.key("token_type").string(token.key_thumbprint.empty() ? "Bearer" : "DPoP");
    writer.key("exp").integer(to_unix_seconds(token.expires));
    writer.key("iss").string(tenant.issuer());
    writer.key("aud").string(tenant.fhir_base());
    writer.key("jti").string(token.token_id);
    request::write_roles(writer, "roles", token.roles);  // RFC 9068 section 2.2.3.1
    request::write_device_posture(writer, request::kDeviceClaim, token.device);
    if (token.purpose) writer.key("purpose_of_use").string(request::code_of(*token.purpose).text());
    if (token.person) {
        writer.key("acr").string(token.person->acr);
        writer.key("auth_time").integer(to_unix_seconds(token.person->authenticated));
        if (auto const& until = token.person->emergency_until)
            writer.key("emergency_until").integer(to_unix_seconds(*until));
    }
    write_binding(writer, token.key_thumbprint, token.certificate_thumbprint);
}

void write_refresh_token(json::Writer& writer, request::Tenant const& tenant,
                         identity::Grant const& grant) {
    writer.key("scope").string(request::to_text(grant.scope));
    writer.key("client_id").string(grant.client.text());
    writer.key("sub").string(grant.user.text());
    writer.key("exp").integer(to_unix_seconds(grant.ends()));
    writer.key("iss").string(tenant.issuer());
}

using Form = std::vector<request::Parameter>;

}  // namespace

Result<TokenStatus::Asker> TokenStatus::asker_of(request::Exchange& exchange, Form const& form) {
    auto const& caller = exchange.facts.caller;
    if (caller && !caller->anonymous()) {
        auto const& facts = caller->facts();
        return Asker{facts.client, facts.scopes, std::nullopt};
    }
    SALUS_TRY(auto proven, clients_.prove(exchange, form));
    return Asker{proven.client->id, proven.client->scope.scopes, std::move(proven)};
}

ClientId const* TokenStatus::Subject::client() const noexcept {
    if (token) return &token->facts().client;
    return grant ? &grant->value.client : nullptr;
}

// A refresh token that is good now, or was replaced a moment ago.
Result<std::optional<TokenStatus::StoredGrant>> TokenStatus::grant_of(
    identity::SecretId const& shown) {
    SALUS_TRY(auto grant, documents_.read<identity::Grant>(shown.id));
    if (!grant) return grant;
    auto const verdict =
        identity::judge(grant->value, shown, grant->value.key_thumbprint, clock_.now());
    bool const good =
        verdict == identity::RefreshVerdict::current || verdict == identity::RefreshVerdict::retry;
    SALUS_TRY(auto const user, documents_.read<identity::User>(grant->value.user.text()));
    bool const stands = user && user->value.status == identity::UserStatus::active &&
                        user->value.generation == grant->value.generation;
    if (!good || !stands) grant.reset();
    return grant;
}

// Refresh tokens that were given for as long as a session lasts are over with it, also when it
// idled, which no event tells of (IN1, RF4).
Result<bool> TokenStatus::lasts(Subject const& subject) {
    if (subject.token || !subject.grant || subject.grant->value.offline) return true;
    auto const& grant = subject.grant->value;
    SALUS_TRY(auto const session, documents_.read<identity::Session>(grant.session));
    return session && carries(session->value, grant, clock_.now());
}

Result<TokenStatus::Subject> TokenStatus::subject_of(std::string_view text) {
    Subject subject;
    if (auto const shown = identity::SecretId::parse(text)) {
        SALUS_TRY(subject.grant, grant_of(*shown));
        return subject;
    }
    auto const token = verified_.find(text);
    if (!token && token.error().code == Errc::unauthenticated) return subject;
    if (!token) return fail(token.error());
    if (auto const& person = token->facts().person) {
        SALUS_TRY(subject.grant, documents_.read<identity::Grant>(person->grant));
    }
    subject.token = *token;
    return subject;
}

// What both endpoints are asked with, and what the asker proved itself with used up by the answer.
Result<request::Prepared> TokenStatus::answer(request::Exchange& exchange, Act act) {
    auto const form = protocol_form(exchange.request);
    if (!form) return protocol_error(400, "invalid_request", form.error().why);
    auto const text = request::single(*form, "token");
    if (!text) return protocol_error(400, "invalid_request", "token is missing");
    auto const asker = asker_of(exchange, *form);
    if (!asker && asker.error().code == Errc::unauthenticated)
        return protocol_error(401, "invalid_client", asker.error().why);
    if (!asker) return fail(asker.error());
    SALUS_TRY(auto const subject, subject_of(*text));
    SALUS_TRY(auto prepared, (this->*act)(*asker, subject));
    if (!asker->proven || prepared.status != 200) return prepared;
    return finish_with(clients_, *asker->proven, std::move(prepared));
}

Result<request::Prepared> TokenStatus::introspect(request::Exchange& exchange) {
    return answer(exchange, &TokenStatus::describe);
}

Result<request::Prepared> TokenStatus::revoke(request::Exchange& exchange) {
    return answer(exchange, &TokenStatus::end);
}

Result<request::Prepared> TokenStatus::describe(Asker const& asker, Subject const& subject) {
    // Who cannot prove to be a client learns nothing (RFC 7662 section 2.1).
    if (asker.proven && asker.proven->client->is_public())
        return protocol_error(401, "invalid_client", "the client has to authenticate itself");
    auto const* client = subject.client();
    bool const tells =
        client != nullptr && (*client == asker.client || reads_all_tokens(asker.scopes));
    SALUS_TRY(bool const still, lasts(subject));
    if (!tells || !still) return json_answer(R"({"active":false})");
    SALUS_TRY(auto body, description(subject));
    auto prepared = json_answer({});
    prepared.content = request::ReportContent{EphiText(std::move(body))};
    return prepared;
}

// With SMART's members (SMART App Launch 2.2, token introspection).
Result<std::string> TokenStatus::description(Subject const& subject) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("active").boolean(true);
    if (subject.token) {
        write_token(writer, tenant_, subject.token->facts());
    } else {
        write_refresh_token(writer, tenant_, subject.grant->value);
    }
    if (subject.grant) {
        auto const& grant = subject.grant->value;
        if (!grant.patient.empty()) writer.key("patient").string(grant.patient);
        if (!grant.encounter.empty()) writer.key("encounter").string(grant.encounter);
        SALUS_TRY(auto const user, documents_.read<identity::User>(grant.user.text()));
        if (user && grant.scope.words.has(request::ScopeWord::fhir_user) &&
            !user->value.fhir_user.empty())
            writer.key("fhirUser").string(tenant_.fhir_base() + "/" + user->value.fhir_user);
    }
    writer.end_object();
    return out;
}

Result<request::Prepared> TokenStatus::end(Asker const& asker, Subject const& subject) {
    auto prepared = json_answer({});
    auto const* client = subject.client();
    if (client == nullptr) return prepared;
    if (*client != asker.client)
        return protocol_error(400, "unauthorized_client", "the token is another client's");
    std::vector<std::string> ended;
    if (subject.token) {
        auto const& token = subject.token->facts();
        SALUS_TRY_VOID(standing_.revoke(token, clock_.now(), prepared));
        ended.push_back(token.token_id);
    } else {
        SALUS_TRY(ended, identity::end_grant(documents_, subject.grant->value.user,
                                             subject.grant->id, prepared));
    }
    prepared.after_commit = [&revocations = guards_.revocations, ended] {
        for (auto const& name : ended) revocations.add(name);
    };
    return prepared;
}

}  // namespace salus::oauth

#include "oauth/token_status.h"

#include <algorithm>

#include "authentication/access_token_verifier.h"
#include "json/writer.h"
#include "oauth/answers.h"
#include "oauth/form_reader.h"

namespace salus::oauth {
namespace {

bool reads_all_tokens(std::vector<request::Scope> const& scopes) {
    return std::ranges::any_of(scopes, [](request::Scope const& scope) {
        return scope.context == request::ScopeContext::administration && scope.type == "tokens" &&
               scope.read;
    });
}

std::string description(request::Tenant const& tenant, request::CallerFacts const& token) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("active").raw("true");
    writer.key("scope").string(token.scope_text);
    writer.key("client_id").string(token.client.text());
    writer.key("sub").string(token.client.text());
    writer.key("token_type").string(token.key_thumbprint.empty() ? "Bearer" : "DPoP");
    writer.key("exp").raw(std::to_string(to_unix_seconds(token.expires)));
    writer.key("iss").string(tenant.issuer());
    writer.key("aud").string(tenant.fhir_base());
    writer.key("jti").string(token.token_id);
    if (token.purpose) writer.key("purpose_of_use").string(request::code_of(*token.purpose).text());
    if (!token.key_thumbprint.empty()) {
        writer.key("cnf").begin_object();
        writer.key("jkt").string(token.key_thumbprint);
        writer.end_object();
    }
    writer.end_object();
    return out;
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
    return Asker{proven.client->id, proven.client->scopes, std::move(proven)};
}

Result<TokenStatus::LiveToken> TokenStatus::live_token(std::string_view text) {
    auto token = authentication::verify_access_token(text, tenant_, keys_, clock_.now());
    if (!token) return LiveToken();
    SALUS_TRY(bool const stands, standing_.stands(token->token_id));
    if (!stands) return LiveToken();
    return LiveToken(*std::move(token));
}

// What both endpoints are asked with, and what the asker proved itself with used up by the answer.
Result<request::Prepared> TokenStatus::answer(request::Exchange& exchange, Act act) {
    auto const form = request::parse_form(FormReader::form(exchange.request));
    if (!form) return protocol_error(400, "invalid_request", form.error().why);
    auto const text = request::single(*form, "token");
    if (!text) return protocol_error(400, "invalid_request", "token is missing");
    auto const asker = asker_of(exchange, *form);
    if (!asker && asker.error().code == Errc::unauthenticated)
        return protocol_error(401, "invalid_client", asker.error().why);
    if (!asker) return fail(asker.error());
    SALUS_TRY(auto const token, live_token(*text));
    SALUS_TRY(auto prepared, (this->*act)(*asker, token));
    if (!asker->proven || prepared.status != 200) return prepared;
    return finish_with(clients_, *asker->proven, std::move(prepared));
}

Result<request::Prepared> TokenStatus::introspect(request::Exchange& exchange) {
    return answer(exchange, &TokenStatus::describe);
}

Result<request::Prepared> TokenStatus::revoke(request::Exchange& exchange) {
    return answer(exchange, &TokenStatus::end);
}

Result<request::Prepared> TokenStatus::describe(Asker const& asker, LiveToken const& token) {
    bool const tells = token && (token->client == asker.client || reads_all_tokens(asker.scopes));
    return json_answer(tells ? description(tenant_, *token) : R"({"active":false})");
}

Result<request::Prepared> TokenStatus::end(Asker const& asker, LiveToken const& token) {
    auto prepared = json_answer({});
    if (!token) return prepared;
    if (token->client != asker.client)
        return protocol_error(400, "unauthorized_client", "the token is another client's");
    SALUS_TRY_VOID(standing_.revoke(*token, clock_.now(), prepared));
    prepared.after_commit = [&revocations = guards_.revocations, id = token->token_id] {
        revocations.add(id);
    };
    return prepared;
}

}  // namespace salus::oauth

#include "oauth/token_endpoint.h"

#include <algorithm>

#include "foundation/limits.h"
#include "jose/dpop.h"
#include "json/writer.h"
#include "oauth/access_token.h"
#include "oauth/answers.h"
#include "oauth/form_reader.h"

namespace salus::oauth {
namespace {

// Client credentials act for no person, so patient and user scopes are out of reach.
std::vector<request::Scope> granted_scopes(Client const& client,
                                           std::vector<request::Scope> const& asked) {
    auto granted = request::intersect(asked, client.scopes);
    std::erase_if(granted, [](request::Scope const& scope) {
        return scope.context == request::ScopeContext::patient ||
               scope.context == request::ScopeContext::user;
    });
    return granted;
}

request::Prepared token_answer(std::string_view token, AccessTokenGrant const& grant) {
    std::string body = R"({"access_token":)";
    json::append_quoted(body, token);
    body.append(R"(,"token_type":)")
        .append(grant.key_thumbprint.empty() ? R"("Bearer")" : R"("DPoP")");
    body.append(R"(,"expires_in":)").append(std::to_string(limits::kAccessTokenLife.count()));
    body.append(R"(,"scope":)");
    json::append_quoted(body, request::to_text(grant.scopes));
    return json_answer(body + "}");
}

}  // namespace

// RFC 9449 section 5: a proof binds the token to its key. Empty: the client asks for a bearer
// token. Errc::unauthenticated: the proof is not valid.
Result<std::string> TokenEndpoint::proven_key(http::Request const& request, Client const& client) {
    auto const proofs = request.headers.count("DPoP");
    if (proofs == 0 && !client.dpop_bound_access_tokens) return std::string();
    auto const header = request.headers.get("DPoP");
    if (!header) return fail(Errc::unauthenticated, "exactly one DPoP proof is needed");
    auto const url = tenant_.token_endpoint();
    SALUS_TRY(auto proof, jose::verify_dpop_proof(*header,
                                                  {.method = "POST",
                                                   .url = url,
                                                   .access_token = std::nullopt,
                                                   .algorithms = jose::dpop_algorithms()},
                                                  clock_.now()));
    SALUS_TRY_VOID(guards_.proofs.use(proof, *jose::comparable_url(url), clock_.monotonic()));
    return std::move(proof.thumbprint);
}

Result<request::Prepared> TokenEndpoint::answer(request::Exchange& exchange) {
    auto const form = request::parse_form(FormReader::form(exchange.request));
    if (!form) return protocol_error(400, "invalid_request", form.error().why);
    auto const grant_type = request::single(*form, "grant_type");
    if (!grant_type) return protocol_error(400, "invalid_request", "grant_type is missing");
    if (*grant_type != "client_credentials") {
        return protocol_error(400, "unsupported_grant_type", "only client_credentials is offered");
    }
    auto const scopes = request::parse_scopes(request::single(*form, "scope").value_or(""));
    if (!scopes) return protocol_error(400, "invalid_scope", "scope is missing or not SMART v2");

    auto const proven = clients_.prove(exchange, *form);
    if (!proven && proven.error().code == Errc::unauthenticated)
        return protocol_error(401, "invalid_client", proven.error().why);
    if (!proven) return fail(proven.error());
    return grant_to(exchange, *proven, *scopes);
}

Result<request::Prepared> TokenEndpoint::grant_to(request::Exchange const& exchange,
                                                  ProvenClient const& proven,
                                                  std::vector<request::Scope> const& scopes) {
    if (!proven.purpose) {
        return protocol_error(400, "invalid_grant", "the purpose of use is not registered");
    }
    auto granted = granted_scopes(*proven.client, scopes);
    if (granted.empty()) {
        return protocol_error(400, "invalid_scope", "no asked scope is registered");
    }
    auto key = proven_key(exchange.request, *proven.client);
    if (!key && key.error().code == Errc::unauthenticated)
        return protocol_error(400, "invalid_dpop_proof", "the proof of possession is not valid");
    if (!key) return fail(key.error());
    AccessTokenGrant const grant{.client = proven.client->id,
                                 .scopes = std::move(granted),
                                 .purpose = *proven.purpose,
                                 .key_thumbprint = *std::move(key)};
    auto prepared =
        token_answer(issue_access_token(tenant_, keys_, grant, random_, clock_.now()), grant);
    return finish_with(clients_, proven, std::move(prepared));
}

}  // namespace salus::oauth

#include "oauth/token_endpoint.h"

#include <algorithm>

#include "authentication/certificate_binding.h"
#include "foundation/limits.h"
#include "json/writer.h"
#include "oauth/access_token.h"
#include "oauth/answers.h"
#include "oauth/key_proof.h"
#include "oauth/protocol_form.h"

namespace salus::oauth {
namespace {

// Client credentials act for no person, so patient and user scopes are out of reach.
std::vector<request::Scope> granted_scopes(Client const& client,
                                           std::vector<request::Scope> const& asked) {
    auto granted = request::intersect(asked, client.scope.scopes);
    std::erase_if(granted, [](request::Scope const& scope) {
        return scope.context == request::ScopeContext::patient ||
               scope.context == request::ScopeContext::user;
    });
    return granted;
}

// RFC 8707 section 2.2: a token is for this FHIR server and no other.
bool is_for_another_server(request::Tenant const& tenant,
                           std::vector<request::Parameter> const& form) {
    auto const base = tenant.fhir_base();
    return std::ranges::any_of(form, [&](request::Parameter const& parameter) {
        return parameter.name == "resource" && parameter.value != base &&
               parameter.value != base + "/";
    });
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

Result<request::Prepared> TokenEndpoint::answer(request::Exchange& exchange) {
    auto form = protocol_form(exchange.request);
    if (!form) return protocol_error(400, "invalid_request", form.error().why);
    auto const grant_type = request::single(*form, "grant_type");
    if (!grant_type) return protocol_error(400, "invalid_request", "grant_type is missing");
    bool const says_nothing = *grant_type == "refresh_token" &&
                              !request::has_parameter(*form, "client_id") &&
                              !request::has_parameter(*form, "client_assertion");
    if (says_nothing) {
        SALUS_TRY(auto const client,
                  people_.client_of(request::single(*form, "refresh_token").value_or("")));
        if (client) form->push_back({.name = "client_id", .value = client->text()});
    }
    auto const proven = clients_.prove(exchange, *form);
    if (!proven && proven.error().code == Errc::unauthenticated)
        return protocol_error(401, "invalid_client", proven.error().why);
    if (!proven) return fail(proven.error());
    SALUS_TRY(auto prepared, grant_to(exchange, *proven, *form));
    // What failed leaves the assertion unused, but for what it changed.
    if (prepared.status >= 400 && !prepared.batch) return prepared;
    return finish_with(clients_, *proven, std::move(prepared));
}

Result<request::Prepared> TokenEndpoint::grant_to(request::Exchange& exchange,
                                                  ProvenClient const& proven,
                                                  std::vector<request::Parameter> const& form) {
    auto const& client = *proven.client;
    auto key = proven_key(exchange, tenant_.token_endpoint(), client.id, guards_, clock_);
    bool const wrong = !key && key.error().code == Errc::unauthenticated;
    if (wrong || (key && key->empty() && client.dpop_bound_access_tokens))
        return key_not_proven(exchange);
    if (!key) return fail(key.error());
    TokenBinding binding{.key = *std::move(key), .certificate = {}};
    if (client.tls_client_certificate_bound_access_tokens) {
        binding.certificate = authentication::certificate_thumbprint(exchange.request.peer);
        if (binding.certificate.empty())
            return protocol_error(400, "invalid_request", "the client has to show its certificate");
    }
    if (is_for_another_server(tenant_, form))
        return protocol_error(400, "invalid_target", "resource is the address of this FHIR server");
    auto const grant_type = *request::single(form, "grant_type");
    auto const offered = [](bool registered) {
        return registered ? request::Prepared()
                          : protocol_error(400, "unauthorized_client",
                                           "the client is not registered for this grant");
    };
    if (grant_type == "client_credentials") {
        if (auto no = offered(client.grants.client_credentials); no.status >= 400) return no;
        return grant_to_itself(proven, form, std::move(binding));
    }
    if (grant_type == "authorization_code") {
        if (auto no = offered(client.grants.authorization_code); no.status >= 400) return no;
        return people_.redeem(exchange, proven, form, binding, guards_);
    }
    if (grant_type == "refresh_token") {
        if (auto no = offered(client.grants.refresh_token); no.status >= 400) return no;
        return people_.refresh(exchange, proven, form, binding, guards_);
    }
    return protocol_error(400, "unsupported_grant_type",
                          "client_credentials, authorization_code and refresh_token are offered");
}

Result<request::Prepared> TokenEndpoint::grant_to_itself(
    ProvenClient const& proven, std::vector<request::Parameter> const& form, TokenBinding binding) {
    auto const scopes = request::parse_scopes(request::single(form, "scope").value_or(""));
    if (!scopes) return protocol_error(400, "invalid_scope", "scope is missing or not SMART v2");
    if (!proven.purpose)
        return protocol_error(400, "invalid_grant", "the purpose of use is not registered");
    auto granted = granted_scopes(*proven.client, *scopes);
    if (granted.empty())
        return protocol_error(400, "invalid_scope", "no asked scope is registered");
    AccessTokenGrant const grant{.client = proven.client->id,
                                 .scopes = std::move(granted),
                                 .purpose = *proven.purpose,
                                 .key_thumbprint = std::move(binding.key),
                                 .certificate_thumbprint = std::move(binding.certificate),
                                 .roles = proven.client->roles,
                                 .locations = proven.client->locations,
                                 .device = proven.device};
    return token_answer(issue_access_token(tenant_, keys_, grant, random_, clock_.now()), grant);
}

}  // namespace salus::oauth

#include "oauth/token_endpoint.h"

#include <algorithm>

#include "foundation/limits.h"
#include "jose/claims.h"
#include "jose/jws.h"
#include "json/writer.h"
#include "oauth/access_token.h"
#include "oauth/client.h"
#include "oauth/form_reader.h"
#include "request/form.h"

namespace salus::oauth {
namespace {

constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::string_view kPurposeSystem = "urn:oid:2.16.840.1.113883.5.8#";
constexpr std::size_t kJtiLargest = 256;

request::Prepared protocol_error(int status, std::string_view code, Literal why) {
    request::Prepared prepared;
    prepared.status = status;
    prepared.headers.set("Content-Type", "application/json");
    prepared.headers.set("Pragma", "no-cache");
    std::string body = R"({"error":)";
    json::append_quoted(body, code);
    body.append(R"(,"error_description":)");
    json::append_quoted(body, why.text());
    prepared.content = request::PlainContent{body + "}"};
    return prepared;
}

// The issuer that an assertion claims, before anything is verified: only to find the keys.
std::optional<std::string> claimed_issuer(std::string_view assertion, json::Parser& parser) {
    auto const first = assertion.find('.');
    auto const second = assertion.find('.', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    auto const payload = from_base64url(assertion.substr(first + 1, second - first - 1));
    if (!payload) return std::nullopt;
    auto const document = parser.parse(std::string(text_of(*payload)));
    if (!document) return std::nullopt;
    return document->root().text_member("iss");
}

// UDAP's hl7-b2b extension object: extensions."hl7-b2b".purpose_of_use, exactly one here.
std::optional<std::string> asked_purpose(json::Value claims) {
    auto const extensions = claims.member("extensions");
    auto const b2b = extensions ? extensions->member("hl7-b2b") : std::nullopt;
    auto const list = b2b ? b2b->member("purpose_of_use") : std::nullopt;
    if (!list || !list->is_array() || list->size() != 1) return std::nullopt;
    auto const value = *list->elements().begin();
    if (!value.is_string()) return std::nullopt;
    auto const text = value.text();
    return text.starts_with(kPurposeSystem) ? text.substr(kPurposeSystem.size()) : text;
}

bool names_purpose(json::Value claims) {
    return claims.member("extensions").has_value();
}

std::optional<request::PurposeOfUse> granted_purpose(Client const& client, json::Value claims) {
    if (!names_purpose(claims)) return client.purposes.front();
    auto const code = asked_purpose(claims);
    auto const purpose = code ? request::purpose_of_code(*code) : std::nullopt;
    if (!purpose || std::ranges::find(client.purposes, *purpose) == client.purposes.end()) {
        return std::nullopt;
    }
    return purpose;
}

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

// RFC 7521 section 4.2: client_id is optional beside an assertion and names the same client.
bool names_another_client(std::vector<request::Parameter> const& form, ClientId const& proven) {
    return std::ranges::any_of(form, [&](request::Parameter const& parameter) {
        return parameter.name == "client_id" && parameter.value != proven.text();
    });
}

request::Prepared token_answer(std::string_view token, std::vector<request::Scope> const& scopes) {
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/json");
    prepared.headers.set("Cache-Control", "no-store");
    prepared.headers.set("Pragma", "no-cache");
    std::string body = R"({"access_token":)";
    json::append_quoted(body, token);
    body.append(R"(,"token_type":"Bearer","expires_in":)");
    body.append(std::to_string(limits::kAccessTokenLife.count())).append(R"(,"scope":)");
    json::append_quoted(body, request::to_text(scopes));
    prepared.content = request::PlainContent{body + "}"};
    return prepared;
}

}  // namespace

struct TokenEndpoint::Assertion {
    Client client;
    std::string jti;
    std::int64_t expires = 0;
    std::optional<request::PurposeOfUse> purpose;
};

// One answer for every wrong assertion: which part was wrong helps only an attacker (API-3).
Result<TokenEndpoint::Assertion> TokenEndpoint::verify(request::Exchange& exchange,
                                                       std::string_view text) {
    static constexpr Literal kRefused = "the client assertion is not valid";
    auto const issuer = claimed_issuer(text, parser_);
    if (!issuer) return fail(Errc::unauthenticated, kRefused);
    exchange.facts.claimed_client = EphiText(*issuer);
    SALUS_TRY(auto client, find_client(records_, parser_, *issuer));
    if (!client) return fail(Errc::unauthenticated, kRefused);
    auto const verified = jose::verify_compact(text, client->keys, jose::VerifyOptions{});
    if (!verified) return fail(Errc::unauthenticated, kRefused);
    auto const claims = verified->payload.root();
    auto const now = clock_.now();
    jose::ClaimRules rules;
    rules.issuer = client->id.text();
    rules.subject = client->id.text();
    rules.audiences = {tenant_.token_endpoint(), tenant_.issuer()};
    rules.life_longest = limits::kAssertionLifeLongest;
    auto const checked = jose::check_claims(claims, rules, now);
    if (!checked) return fail(Errc::unauthenticated, kRefused);
    auto const jti = claims.text_member("jti");
    if (!jti || jti->empty() || jti->size() > kJtiLargest) {
        return fail(Errc::unauthenticated, kRefused);
    }
    auto const purpose = granted_purpose(*client, claims);
    return Assertion{*std::move(client), *jti, to_unix_seconds(checked->expires), purpose};
}

Result<store::Batch> TokenEndpoint::consume(Assertion const& assertion) {
    records::Change guard;
    guard.document_class = records::DocumentClass::replay_guard;
    guard.type = "ReplayGuard";
    guard.id = assertion.client.id.text() + "|" + assertion.jti;
    guard.compartment = records_.addressing().identity_compartment();
    guard.when = clock_.now();
    guard.expires_at = assertion.expires + limits::kClockSkew.count() + 1;
    SALUS_TRY(auto write, records_.seal(guard));
    store::Batch batch;
    batch.writes.push_back(std::move(write));
    return batch;
}

Result<request::Prepared> TokenEndpoint::answer(request::Exchange& exchange) {
    auto const form = request::parse_form(FormReader::form(exchange.request));
    if (!form) return protocol_error(400, "invalid_request", form.error().why);
    auto const grant_type = request::single(*form, "grant_type");
    if (!grant_type) return protocol_error(400, "invalid_request", "grant_type is missing");
    if (*grant_type != "client_credentials") {
        return protocol_error(400, "unsupported_grant_type", "only client_credentials is offered");
    }
    auto const assertion_text = request::single(*form, "client_assertion");
    if (request::single(*form, "client_assertion_type") != kAssertionType || !assertion_text) {
        return protocol_error(401, "invalid_client",
                              "private_key_jwt is the only way to authenticate");
    }
    auto const scopes = request::parse_scopes(request::single(*form, "scope").value_or(""));
    if (!scopes) return protocol_error(400, "invalid_scope", "scope is missing or not SMART v2");

    auto const assertion = verify(exchange, *assertion_text);
    if (!assertion && assertion.error().code == Errc::unauthenticated) {
        return protocol_error(401, "invalid_client", assertion.error().why);
    }
    if (!assertion) return fail(assertion.error());
    if (names_another_client(*form, assertion->client.id)) {
        return protocol_error(401, "invalid_client", "client_id is not the assertion's client");
    }
    exchange.facts.proven_client = assertion->client.id;
    if (!assertion->purpose) {
        return protocol_error(400, "invalid_grant", "the purpose of use is not registered");
    }
    auto const granted = granted_scopes(assertion->client, *scopes);
    if (granted.empty()) {
        return protocol_error(400, "invalid_scope", "no asked scope is registered");
    }
    AccessTokenGrant const grant{assertion->client.id, granted, *assertion->purpose};
    auto prepared =
        token_answer(issue_access_token(tenant_, keys_, grant, random_, clock_.now()), granted);
    SALUS_TRY(prepared.batch, consume(*assertion));
    prepared.conflict = Error{Errc::unauthenticated, "the client assertion was used before", {}};
    prepared.touched.push_back(
        {.action = "create",
         .compartment = prepared.batch->writes.front().compartment,
         .patient_compartment = false,
         .type = "ReplayGuard",
         .address = prepared.batch->writes.front().address,
         .version = 1,
         .stored_hash = records::stored_hash(prepared.batch->writes.front().document)});
    return prepared;
}

}  // namespace salus::oauth

#include "oauth/authorization_endpoint.h"

#include <algorithm>

#include "foundation/oauth_limits.h"
#include "identity/live_session.h"
#include "json/writer.h"
#include "oauth/answers.h"
#include "oauth/browser.h"
#include "oauth/id_token.h"
#include "oauth/key_proof.h"
#include "oauth/protocol_form.h"
#include "oauth/redirect_uri.h"
#include "oauth/refusal_page.h"

namespace salus::oauth {
namespace {

using Parameters = std::vector<request::Parameter>;

constexpr std::string_view kPushedPrefix = "urn:ietf:params:oauth:request_uri:";

// Where answers go: an address that is registered, or the only one.
Result<std::string> redirect_uri_of(Client const& client, Parameters const& parameters) {
    if (!request::has_parameter(parameters, "redirect_uri")) {
        if (client.redirect_uris.size() == 1) return client.redirect_uris.front();
        return fail(Errc::invalid, "the app did not say where to send you back to");
    }
    auto const uri = request::single(parameters, "redirect_uri");
    if (!uri || !matches_redirect_uri(client.redirect_uris, *uri))
        return fail(Errc::invalid, "the app wants to send you to an address that is not its own");
    return std::string(*uri);
}

std::string pushed_answer(std::string_view id) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    writer.key("request_uri").string(std::string(kPushedPrefix) + std::string(id));
    writer.key("expires_in").integer(limits::kPushedRequestLife.count());
    writer.end_object();
    return body;
}

}  // namespace

Result<request::Prepared> AuthorizationEndpoint::authorize(request::Exchange& exchange) {
    SALUS_TRY(auto sent, browser_parameters(exchange.request));
    auto const parameters = without_empty(std::move(sent));
    auto const id = request::single(parameters, "client_id");
    if (!id) return fail(Errc::invalid, "the app did not say which one it is");
    SALUS_TRY(auto const client, clients_.find(*id));
    if (!client || !client->grants.authorization_code)
        return fail(Errc::invalid, "this app is not registered here");
    exchange.facts.target_client = client->id;
    std::optional<Refusal> refusal;
    SALUS_TRY(auto asked, asked_by(*client, parameters, refusal));
    if (refusal) return refuse(exchange, *client, *refusal);
    auto known = cookie_in(exchange.request, tenant_, Cookie::browser);
    auto const browser = known ? *known : identity::SecretId::make(random_);
    request::Prepared waiting;
    auto const pending =
        authorizations_.begin(asked.request, std::move(asked.pushed), browser, waiting);
    if (!pending && pending.error().code == Errc::invalid)
        return refuse(exchange, *client,
                      {.to = std::move(asked.request),
                       .problem = {.code = "invalid_request", .why = pending.error().why}});
    if (!pending) return fail(pending.error());
    auto prepared =
        see_other(with_parameters(tenant_.public_url + "/sign-in", {{"authorization", *pending}}));
    if (!known) set_cookie(prepared.headers, tenant_, Cookie::browser, browser);
    prepared.batch = std::move(waiting.batch);
    prepared.touched = std::move(waiting.touched);
    return prepared;
}

Result<AuthorizationEndpoint::Asked> AuthorizationEndpoint::asked_by(
    Client const& client, Parameters const& parameters, std::optional<Refusal>& refusal) {
    if (request::has_parameter(parameters, "request_uri")) {
        return pushed_by(client, request::single(parameters, "request_uri").value_or(""));
    }
    SALUS_TRY(auto uri, redirect_uri_of(client, parameters));
    auto request = read_authorization_request(tenant_, client, parameters, uri,
                                              request::has_parameter(parameters, "redirect_uri"));
    if (client.require_pushed_authorization_requests)
        request = std::unexpected(
            AuthorizationProblem{"invalid_request", "this client has to push its requests"});
    if (request) request = with_hinted_person(*std::move(request), parameters);
    if (request) return Asked{.request = *std::move(request), .pushed = {}};
    auto& refused = refusal.emplace(Refusal{.to = {}, .problem = request.error()});
    refused.to.redirect_uri = std::move(uri);
    refused.to.state = request::single(parameters, "state").value_or("");
    refused.to.prompt_none = request::single(parameters, "prompt") == "none";
    return Asked();
}

// OpenID Connect Core section 3.1.2.1: whoever else is signed in is not answered for. Expired or
// not, the hint says who is meant, and opens nothing.
std::expected<identity::AuthorizationRequest, AuthorizationProblem>
AuthorizationEndpoint::with_hinted_person(identity::AuthorizationRequest request,
                                          Parameters const& parameters) const {
    auto const text = request::single(parameters, "id_token_hint");
    if (!text) return request;
    auto const hint = read_id_token_hint(tenant_, keys_, *text);
    if (!hint || hint->client != request.client.text())
        return std::unexpected(AuthorizationProblem{
            "invalid_request", "id_token_hint is no ID token that this client got here"});
    request.person = UserId(hint->subject);
    return request;
}

// RFC 9700 section 4.11.2: or anybody could send people to whatever is registered, by our address
// and a mistake that they never see. A request without a page (prompt=none) gets its answer, since
// no page may be shown for it (OpenID Connect Core section 3.1.2.1), and one without a mistake gets
// one in the same way.
Result<request::Prepared> AuthorizationEndpoint::refuse(request::Exchange& exchange,
                                                        Client const& client,
                                                        Refusal const& refusal) {
    exchange.facts.event = audit::Event::authorization_refused;
    auto const cookie = cookie_in(exchange.request, tenant_, Cookie::session);
    SALUS_TRY(auto const live, identity::live_session(documents_, cookie, clock_.now()));
    if (live) exchange.facts.user = live->user->id;
    auto const& [to, problem] = refusal;
    auto const url = authorizations_.refusal_url(to, problem.code, problem.why);
    if (live || to.prompt_none) return see_other(url);
    return refusal_page(client, to.redirect_uri, url, problem);
}

// An address of somebody else's is not fetched (F8).
Result<AuthorizationEndpoint::Asked> AuthorizationEndpoint::pushed_by(Client const& client,
                                                                      std::string_view uri) {
    constexpr Literal kNone = "the app's request is not known, was used, or its time is over";
    if (!uri.starts_with(kPushedPrefix)) return fail(Errc::invalid, kNone);
    auto const id = uri.substr(kPushedPrefix.size());
    SALUS_TRY(auto pushed, documents_.read<identity::PushedRequest>(id));
    bool const good =
        pushed && pushed->value.request.client == client.id && clock_.now() < pushed->value.expires;
    if (!good) return fail(Errc::invalid, kNone);
    return Asked{.request = std::move(pushed->value.request), .pushed = std::string(id)};
}

Result<request::Prepared> AuthorizationEndpoint::push(request::Exchange& exchange) {
    auto const form = protocol_form(exchange.request);
    if (!form) return protocol_error(400, "invalid_request", form.error().why);
    auto const proven = proofs_.prove(exchange, *form);
    if (!proven && proven.error().code == Errc::unauthenticated)
        return protocol_error(401, "invalid_client", proven.error().why);
    if (!proven) return fail(proven.error());
    SALUS_TRY(auto prepared, pushed(exchange, *proven, *form));
    if (prepared.status >= 400) return prepared;
    return finish_with(proofs_, *proven, std::move(prepared));
}

Result<request::Prepared> AuthorizationEndpoint::pushed(request::Exchange& exchange,
                                                        ProvenClient const& proven,
                                                        Parameters const& form) {
    auto const& client = *proven.client;
    if (!client.grants.authorization_code)
        return protocol_error(400, "unauthorized_client", "the client acts for no people");
    if (request::has_parameter(form, "request_uri"))
        return protocol_error(400, "invalid_request", "a pushed request names no other");
    auto uri = redirect_uri_of(client, form);
    if (!uri) return protocol_error(400, "invalid_request", "redirect_uri is not a registered one");
    auto asked = read_authorization_request(tenant_, client, form, *std::move(uri),
                                            request::has_parameter(form, "redirect_uri"));
    if (asked) asked = with_hinted_person(*std::move(asked), form);
    if (!asked) return protocol_error(400, asked.error().code.text(), asked.error().why);
    // RFC 9449 section 10.1: the proof that comes along binds the code.
    auto const key =
        proven_key(exchange, tenant_.public_url + "/oauth/par", client.id, guards_, clock_);
    bool const wrong = !key && key.error().code == Errc::unauthenticated;
    bool const differs =
        key && !key->empty() && !asked->dpop_key.empty() && asked->dpop_key != *key;
    if (wrong || differs) return key_not_proven(exchange);
    if (!key) return fail(key.error());
    if (!key->empty()) asked->dpop_key = *key;
    asked->device = proven.device;

    identity::Stored<identity::PushedRequest> stored{
        .value = {}, .id = crypto::random_id(random_), .version = 0};
    stored->request = *std::move(asked);
    stored->expires = clock_.now() + limits::kPushedRequestLife;
    auto prepared = json_answer(pushed_answer(stored.id));
    prepared.status = 201;
    // It stays until whoever began with it has had the time to end, so that it serves once.
    SALUS_TRY_VOID(
        documents_.write(stored, stored->expires + limits::kPendingAuthorizationLife, prepared));
    return prepared;
}

}  // namespace salus::oauth

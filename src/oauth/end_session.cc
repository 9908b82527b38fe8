#include "oauth/end_session.h"

#include <algorithm>

#include "identity/endings.h"
#include "identity/live_session.h"
#include "oauth/browser.h"
#include "oauth/id_token.h"
#include "oauth/texts.h"
#include "pages/frame.h"
#include "pages/html.h"

namespace salus::oauth {
namespace {

using Parameters = std::vector<request::Parameter>;

// The same request again, by a form that only this page can send.
// `client`: the app's name; empty: it did not say which it is.
std::string question(Parameters const& parameters, std::string_view token, std::string_view client,
                     std::string_view account) {
    pages::Html html;
    html.element("h1", texts::kSignOutAsked.text());
    if (client.empty()) {
        html.element("p", texts::kSignOutWhy.text());
    } else {
        html.open("p").open("strong").name(client).raw("</strong>");
        html.text(texts::kSignOutOf.text()).close("p");
    }
    html.open("form", {{"method", "post"}, {"action", "logout"}});
    html.hidden("form_token", token);
    for (auto const name : {Literal("id_token_hint"), Literal("client_id"),
                            Literal("post_logout_redirect_uri"), Literal("state")}) {
        if (auto const value = request::single(parameters, name.text())) html.hidden(name, *value);
    }
    html.element("button", texts::kSignOut.text(), {{"type", "submit"}});
    html.close("form");
    html.open("p", {{"class", "soft after"}});
    html.element("a", texts::kStaySignedIn.text(), {{"href", account}}).close("p");
    return pages::document(texts::kSignOutAsked.text(), html.view());
}

}  // namespace

Result<EndSession::Asked> EndSession::asked_by(Parameters const& parameters) {
    Asked asked;
    std::string client(request::single(parameters, "client_id").value_or(""));
    if (auto const hint = request::single(parameters, "id_token_hint")) {
        auto const named = read_id_token_hint(tenant_, keys_, *hint);
        if (!named) return fail(Errc::invalid, "id_token_hint is no ID token of ours");
        if (!client.empty() && client != named->client)
            return fail(Errc::invalid, "id_token_hint is not of this client");
        client = named->client;
        asked.subject = named->subject;
        asked.session = named->session;
    }
    if (!client.empty()) {
        SALUS_TRY(asked.client, clients_.find(client));
    }
    if (auto const uri = request::single(parameters, "post_logout_redirect_uri")) {
        auto const known =
            asked.client ? std::ranges::count(asked.client->post_logout_redirect_uris, *uri) : 0;
        // Nobody is sent anywhere that is not registered (F16).
        if (known == 0)
            return fail(Errc::invalid, "post_logout_redirect_uri is not registered for the app");
        asked.redirect_uri = *uri;
    }
    if (auto const state = request::single(parameters, "state"))
        asked.state = request::Parameter{.name = "state", .value = std::string(*state)};
    return asked;
}

Result<request::Prepared> EndSession::answer(request::Exchange& exchange) {
    SALUS_TRY(auto const parameters, browser_parameters(exchange.request));
    SALUS_TRY(auto const asked, asked_by(parameters));
    if (asked.client) exchange.facts.target_client = asked.client->id;
    auto const cookie = cookie_in(exchange.request, tenant_, Cookie::session);
    SALUS_TRY(auto const session, identity::session_of(documents_, cookie));
    if (!session) return ended(asked);
    exchange.facts.user = session->value.user;
    bool const of_this_session =
        asked.subject == session->value.user.text() && asked.session == session_name(session->id);
    auto const token = cookie->form_token();
    bool const confirmed =
        exchange.request.method == http::Method::post &&
        equal_constant_time(bytes_of(request::single(parameters, "form_token").value_or("")),
                            bytes_of(token));
    if (of_this_session || confirmed) return end(exchange, *session, asked);
    exchange.facts.event = audit::Event::sign_in_page;
    auto prepared = page_answer(question(parameters, token,
                                         asked.client ? std::string_view(asked.client->name) : "",
                                         tenant_.path + "/account"));
    pages::Powers powers;
    if (!asked.redirect_uri.empty())
        powers.form_targets = "https: http://127.0.0.1:* http://[::1]:*";
    pages::add_headers(prepared.headers, powers);
    return prepared;
}

Result<request::Prepared> EndSession::end(request::Exchange& exchange, StoredSession const& session,
                                          Asked const& asked) {
    exchange.facts.event = audit::Event::signed_out;
    auto prepared = ended(asked);
    SALUS_TRY(
        auto const names,
        identity::Endings(documents_, logouts_).end_session(session->user, session.id, prepared));
    identity::add_after_commit(prepared, [&news = guards_.revocations, names] {
        for (auto const& name : names) news.add(name);
    });
    return prepared;
}

request::Prepared EndSession::ended(Asked const& asked) const {
    request::Prepared prepared;
    if (asked.redirect_uri.empty()) {
        prepared = page_answer(
            pages::message_page(texts::kSignedOut.text(), texts::kSignedOutWhy.text(),
                                {tenant_.path + "/sign-in", texts::kSignInAgain.text()}));
        pages::add_headers(prepared.headers, {});
    } else {
        std::vector<request::Parameter> parameters;
        if (asked.state) parameters.push_back(*asked.state);
        prepared = see_other(with_parameters(asked.redirect_uri, parameters));
    }
    remove_cookie(prepared.headers, tenant_, Cookie::session);
    remove_cookie(prepared.headers, tenant_, Cookie::browser);
    return prepared;
}

}  // namespace salus::oauth

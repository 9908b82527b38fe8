// What the authorization endpoint takes, where it sends whom, and what it keeps. AZ1 to AZ7, F1,
// F2, F8, F9, F10, F12, F15, PA1 to PA4.
#include "oauth/authorization_endpoint.h"

#include <gtest/gtest.h>

#include "foundation/oauth_limits.h"
#include "foundation/sign_in_limits.h"
#include "oauth/id_token.h"
#include "oauth/people_for_test.h"
#include "pages/html.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::PeopleRoom;

class AuthorizationEndpointTest : public ::testing::Test {
protected:
    using Fields = PeopleRoom::Fields;

    // Of a browser in which somebody is signed in: the error that the client is told; "page" when
    // nobody is sent anywhere; "" when it waits.
    [[nodiscard]] std::string outcome(Fields const& fields) {
        auto const prepared = room_.authorize(fields, room_.session_cookie());
        if (!prepared) return prepared.error().code == Errc::invalid ? "page" : "fault";
        EXPECT_EQ(prepared->status, 303);  // F10
        auto const location = std::string(*prepared->headers.get("Location"));
        auto query = testing::query_of(location);
        if (location.starts_with(room_.tenant().public_url + "/sign-in?")) return "";
        EXPECT_TRUE(location.starts_with(testing::kCallback)) << location;
        EXPECT_EQ(query["iss"], room_.tenant().issuer());
        EXPECT_EQ(query["state"].substr(0, 1), told_state_);
        EXPECT_FALSE(prepared->batch.has_value());
        expect_no_redirect(room_.authorize(fields), location);
        return query["error"];
    }
    // F9: who is not signed in gets a page with a link there, or the answer of a request without a
    // page.
    void expect_no_redirect(Result<request::Prepared> const& prepared,
                            std::string const& location) {
        ASSERT_TRUE(prepared.has_value());
        EXPECT_EQ(room_.facts_of_authorize().event, audit::Event::authorization_refused);
        EXPECT_FALSE(prepared->batch.has_value());
        EXPECT_EQ(prepared->headers.get("Location").has_value(), silent_);
        if (silent_) return;
        EXPECT_EQ(prepared->status, 400);
        for (auto const* header : {"Refresh", "Set-Cookie"})
            EXPECT_EQ(prepared->headers.count(header), 0U) << header;
        auto const& page = std::get<request::PageContent>(prepared->content).text;
        auto const link = "<a href=\"" + pages::escaped(location) + "\">";
        EXPECT_NE(testing::EphiTestAccess::open(page).find(link), std::string::npos) << location;
    }
    [[nodiscard]] std::string outcome_with(std::string const& name,
                                           std::optional<std::string> value) {
        return outcome(PeopleRoom::with(room_.asked(), name, std::move(value)));
    }
    [[nodiscard]] request::Prepared push(Fields const& fields, Fields headers = {}) {
        auto exchange = testing::make_exchange(
            room_.tenant(), testing::make_request({.method = http::Method::post,
                                                   .target = "/oauth/par",
                                                   .headers = std::move(headers),
                                                   .body = testing::form_of(fields)}));
        return must(endpoint_.push(exchange));
    }
    [[nodiscard]] std::string pushed_uri(Fields const& fields) {
        auto prepared = push(fields);
        EXPECT_EQ(prepared.status, 201);
        auto uri = *room_.body(prepared).root().text_member("request_uri");
        room_.save(std::move(prepared));
        return uri;
    }

    std::string told_state_ = "s";
    bool silent_ = false;  // what outcome() is asked has prompt=none

    testing::TestInstance instance_;
    PeopleRoom room_{instance_};
    json::Parser parser_;
    AuthorizationEndpoint endpoint_{room_.tenant(),         room_.keys(),   room_.guards(),
                                    room_.home().records(), parser_,        room_.trust(),
                                    instance_.random,       instance_.clock};
};

TEST_F(AuthorizationEndpointTest, AGoodRequestWaitsForThePersonInThatBrowser) {
    auto prepared = must(room_.authorize(room_.asked()));
    auto const id = testing::query_of(*prepared.headers.get("Location"))["authorization"];
    room_.save(std::move(prepared));
    auto const found = must(room_.authorizations().find(id, room_.browser()));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->value.request.state, "state-1");
    EXPECT_FALSE(must(room_.authorizations().find(id, identity::SecretId::make(instance_.random)))
                     .has_value());
    instance_.clock.advance(limits::kPendingAuthorizationLife);
    EXPECT_FALSE(must(room_.authorizations().find(id, room_.browser())).has_value());
}

TEST_F(AuthorizationEndpointTest, NobodyIsSentToAnAddressThatIsNotRegisteredAZ2) {
    for (auto const* uri : {"https://evil.test/callback", "https://app.example/callback/..",
                            "https://app.example/callback?x", "http://app.example/callback"}) {
        EXPECT_EQ(outcome_with("redirect_uri", uri), "page") << uri;
    }
    auto twice = room_.asked();
    twice.emplace_back("redirect_uri", "https://evil.test/");
    EXPECT_EQ(outcome(twice), "page");
    EXPECT_EQ(outcome_with("client_id", "nobody"), "page");
    EXPECT_EQ(outcome_with("client_id", std::nullopt), "page");
    // The only one that there is need not be said.
    EXPECT_EQ(outcome_with("redirect_uri", std::nullopt), "");
    EXPECT_EQ(outcome_with("redirect_uri", ""), "");
}

TEST_F(AuthorizationEndpointTest, OneFlowWithOneKindOfChallengeAZ4AZ5F2) {
    for (auto const* type : {"token", "id_token", "code token", "code id_token", "", "none"})
        EXPECT_EQ(outcome_with("response_type", type), "unsupported_response_type") << type;
    EXPECT_EQ(outcome_with("response_type", std::nullopt), "unsupported_response_type");
    EXPECT_EQ(outcome_with("code_challenge", std::nullopt), "invalid_request");
    EXPECT_EQ(outcome_with("code_challenge", "short"), "invalid_request");
    EXPECT_EQ(outcome_with("code_challenge", std::string(43, '+')), "invalid_request");
    EXPECT_EQ(outcome_with("code_challenge_method", "plain"), "invalid_request");
    EXPECT_EQ(outcome_with("code_challenge_method", std::nullopt), "invalid_request");
    EXPECT_EQ(outcome_with("response_mode", "fragment"), "invalid_request");
    EXPECT_EQ(outcome_with("response_mode", "query"), "");
    EXPECT_EQ(outcome_with("request", "eyJ"), "request_not_supported");
}

// RFC 6749 section 3.1.
TEST_F(AuthorizationEndpointTest, WithoutAValueAParameterWasNotSent) {
    for (auto const* name : {"response_mode", "request", "request_uri", "registration", "max_age",
                             "purpose_of_use", "dpop_jkt", "launch", "prompt", "id_token_hint"})
        EXPECT_EQ(outcome_with(name, ""), "") << name;
    EXPECT_EQ(outcome_with("code_challenge", ""), "invalid_request");
    EXPECT_EQ(outcome_with("client_id", ""), "page");
}

// OpenID Connect Core section 3.1.2.1 (AZ10): who is meant is kept with what waits; what is no ID
// token of ours for this client is a mistake.
TEST_F(AuthorizationEndpointTest, AnIdTokenSaysWhoIsMeantF13) {
    auto const id_token = [&](std::string const& client, std::string const& user) {
        return issue_id_token(room_.tenant(), room_.keys(),
                              {.client = ClientId(client),
                               .user = room_.person(),
                               .person = {.id = UserId(user), .grant = "g", .acr = "mfa"},
                               .words = {},
                               .nonce = {},
                               .access_token = "x",
                               .session = {}},
                              instance_.clock.now());
    };
    auto const person = [&](std::string const& id) {
        return must(room_.authorizations().find(id, room_.browser()))->value.request.person;
    };
    auto const asked = room_.asked();
    EXPECT_EQ(person(room_.waiting(asked)), std::nullopt);
    auto const good = id_token("app", "bob");
    instance_.clock.advance(limits::kIdTokenLife * 2);  // expired or not
    EXPECT_EQ(person(room_.waiting(PeopleRoom::with(asked, "id_token_hint", good))), UserId("bob"));
    EXPECT_EQ(push(PeopleRoom::with(asked, "id_token_hint", good)).status, 201);

    room_.add_client(PeopleRoom::public_client("other"));
    auto forged = good;
    forged[good.size() / 2] = forged[good.size() / 2] == 'A' ? 'B' : 'A';
    for (auto const& wrong :
         {id_token("other", "bob"), forged, std::string("x"),
          room_.tokens(PeopleRoom::redemption(room_.code_for(asked))).texts.at("access_token")}) {
        EXPECT_EQ(outcome_with("id_token_hint", wrong), "invalid_request") << wrong;
        EXPECT_EQ(push(PeopleRoom::with(asked, "id_token_hint", wrong)).status, 400) << wrong;
    }
}

TEST_F(AuthorizationEndpointTest, ParametersStandOnceF12) {
    for (auto const* name : {"scope", "state", "code_challenge", "nonce", "unknown"}) {
        auto fields = room_.asked();
        fields.emplace_back(name, "x");
        fields.emplace_back(name, "x");
        if (std::string_view(name) == "state") continue;  // which one to say back is not known
        EXPECT_EQ(outcome(fields), "invalid_request") << name;
    }
    EXPECT_EQ(outcome_with("unknown", "x"), "");
    EXPECT_EQ(outcome_with("state", std::nullopt), "");
}

TEST_F(AuthorizationEndpointTest, TheServerThatTheAppMeansIsThisOneF15) {
    EXPECT_EQ(outcome_with("aud", "https://evil.test/fhir"), "invalid_request");
    EXPECT_EQ(outcome_with("aud", std::nullopt), "invalid_request");
    EXPECT_EQ(outcome_with("aud", room_.tenant().fhir_base() + "/"), "");
    EXPECT_EQ(outcome_with("resource", "https://evil.test/fhir"), "invalid_target");
    auto const identity_alone = PeopleRoom::with(room_.asked(), "scope", "openid");
    EXPECT_EQ(outcome(PeopleRoom::with(identity_alone, "aud", std::nullopt)), "");
}

TEST_F(AuthorizationEndpointTest, ScopePromptAndAgeAreChecked) {
    for (auto const* scope : {"", "email", "patient/*.dus", "everything"})
        EXPECT_EQ(outcome_with("scope", scope), "invalid_scope") << scope;
    EXPECT_EQ(outcome_with("prompt", "none login"), "invalid_request");
    EXPECT_EQ(outcome_with("prompt", "create"), "invalid_request");
    EXPECT_EQ(outcome_with("prompt", "login consent"), "");
    for (auto const* age : {"-1", "1.5", "x", "99999999999999999999"})
        EXPECT_EQ(outcome_with("max_age", age), "invalid_request") << age;
    EXPECT_EQ(outcome_with("max_age", "0"), "");
    told_state_ = "a";
    EXPECT_EQ(outcome_with("state", "a\nb"), "invalid_request");
}

// RFC 9700 section 4.11.2, AZ9: an app that was registered by fraud sends people to its own page by
// our address and a mistake.
TEST_F(AuthorizationEndpointTest, AMistakeSendsNobodyWhoIsNotSignedInF9) {
    room_.add_client(PeopleRoom::public_client("shady"));
    auto wrong = PeopleRoom::with(room_.asked("shady"), "scope", "<b>scope</b>");
    wrong = PeopleRoom::with(wrong, "state", "s\"><script>alert(1)</script>");
    auto const location_for = [&](std::optional<identity::SecretId> const& session) {
        auto const prepared = must(room_.authorize(wrong, session));
        return std::string(prepared.headers.get("Location").value_or(""));
    };
    auto const signed_in = location_for(room_.session_cookie());
    EXPECT_EQ(testing::query_of(signed_in)["error"], "invalid_scope");
    EXPECT_EQ(room_.facts_of_authorize().user, room_.person().id);
    expect_no_redirect(room_.authorize(wrong), signed_in);
    EXPECT_EQ(room_.facts_of_authorize().user, std::nullopt);
    EXPECT_EQ(room_.facts_of_authorize().target_client, ClientId("shady"));

    auto const page = must(room_.authorize(wrong));
    auto const html = std::string(
        testing::EphiTestAccess::open(std::get<request::PageContent>(page.content).text));
    for (auto const* text : {"An App", "https://app.example/callback</code>", "invalid_scope"})
        EXPECT_NE(html.find(text), std::string::npos) << text;
    for (auto const* text : {"<b>", "<script", "&lt;b&gt;", "alert(1)<"})
        EXPECT_EQ(html.find(text), std::string::npos) << text;
    EXPECT_EQ(page.headers.get("Referrer-Policy"), "no-referrer");

    // Cookies that nobody is signed in by.
    auto guessed = room_.session_cookie();
    guessed.secret = identity::SecretId::make(instance_.random).secret;
    EXPECT_EQ(location_for(guessed), "");
    EXPECT_EQ(location_for(identity::SecretId::make(instance_.random)), "");
    room_.changed_person().status = identity::UserStatus::disabled;
    room_.save_person();
    EXPECT_EQ(location_for(room_.session_cookie()), "");
    room_.changed_person().status = identity::UserStatus::active;
    ++room_.changed_person().generation;
    room_.save_person();
    EXPECT_EQ(location_for(room_.session_cookie()), "");
    --room_.changed_person().generation;
    room_.save_person();
    EXPECT_EQ(location_for(room_.session_cookie()), signed_in);
    instance_.clock.advance(limits::kSessionIdle + limits::kSessionTouch);
    EXPECT_EQ(location_for(room_.session_cookie()), "");
}

// OpenID Connect Core section 3.1.2.1: no page may be shown, so that the answer goes to the app.
TEST_F(AuthorizationEndpointTest, ARequestWithoutAPageGetsItsAnswerF9F13) {
    silent_ = true;
    auto const silent = PeopleRoom::with(room_.asked(), "prompt", "none");
    EXPECT_EQ(outcome(silent), "");
    EXPECT_EQ(outcome(PeopleRoom::with(silent, "scope", "x")), "invalid_scope");
    EXPECT_EQ(outcome(PeopleRoom::with(silent, "code_challenge", std::nullopt)), "invalid_request");
    silent_ = false;  // these are no such requests
    EXPECT_EQ(outcome_with("prompt", "none login"), "invalid_request");
    auto twice = silent;
    twice.emplace_back("prompt", "none");
    EXPECT_EQ(outcome(twice), "invalid_request");
}

TEST_F(AuthorizationEndpointTest, TheAddressOrTheFormNotBothF12) {
    auto exchange = testing::make_exchange(
        room_.tenant(), testing::make_request({.method = http::Method::post,
                                               .target = "/oauth/authorize?client_id=app",
                                               .body = testing::form_of(room_.asked())}));
    EXPECT_EQ(endpoint_.authorize(exchange).error().code, Errc::invalid);
    auto post = testing::make_exchange(
        room_.tenant(), testing::make_request({.method = http::Method::post,
                                               .target = "/oauth/authorize",
                                               .body = testing::form_of(room_.asked())}));
    auto const prepared = must(endpoint_.authorize(post));
    EXPECT_EQ(prepared.status, 303);
    EXPECT_EQ(prepared.headers.get("Referrer-Policy"), "no-referrer");
    auto const cookie = std::string(*prepared.headers.get("Set-Cookie"));
    EXPECT_TRUE(cookie.starts_with("__Host-salus-default-browser=")) << cookie;
    for (auto const* attribute : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"})
        EXPECT_NE(cookie.find(attribute), std::string::npos) << cookie;
}

TEST_F(AuthorizationEndpointTest, APushedRequestServesOnceForItsClientF8PA1PA2) {
    auto const uri = pushed_uri(room_.asked());
    Fields const by_uri{{"client_id", "app"}, {"request_uri", uri}};
    // Until somebody ends it, the page may be loaded again.
    auto const first = room_.waiting(by_uri);
    auto const second = room_.waiting(by_uri);
    room_.save(room_.consent(first));
    EXPECT_EQ(outcome(by_uri), "page");
    auto const pending = must(room_.authorizations().find(second, room_.browser()));
    EXPECT_FALSE(room_.authorizations()
                     .complete(*pending, {.user = room_.person(),
                                          .session = room_.session().id,
                                          .proof = room_.session().value,
                                          .scope = pending->value.request.scope})
                     .has_value());
}

TEST_F(AuthorizationEndpointTest, OfAnotherClientLateOrElsewhereItIsNothingF8) {
    room_.add_client(PeopleRoom::public_client("other"));
    auto const uri = pushed_uri(room_.asked());
    EXPECT_EQ(outcome({{"client_id", "other"}, {"request_uri", uri}}), "page");
    for (auto const* wrong : {"https://evil.test/request", "urn:ietf:params:oauth:request_uri:",
                              "urn:ietf:params:oauth:request_uri:x"}) {
        EXPECT_EQ(outcome({{"client_id", "app"}, {"request_uri", wrong}}), "page") << wrong;
    }
    instance_.clock.advance(limits::kPushedRequestLife);
    EXPECT_EQ(outcome({{"client_id", "app"}, {"request_uri", uri}}), "page");
}

TEST_F(AuthorizationEndpointTest, WhatIsPushedIsCheckedAtOncePA1) {
    auto const error = [&](Fields const& fields) {
        auto const prepared = push(fields);
        return std::to_string(prepared.status) + " " +
               room_.body(prepared).root().text_member("error").value_or("");
    };
    EXPECT_EQ(error(PeopleRoom::with(room_.asked(), "client_id", "nobody")), "401 invalid_client");
    EXPECT_EQ(error(PeopleRoom::with(room_.asked(), "redirect_uri", "https://evil.test/")),
              "400 invalid_request");
    EXPECT_EQ(error(PeopleRoom::with(room_.asked(), "request_uri", "urn:x")),
              "400 invalid_request");
    EXPECT_EQ(error(PeopleRoom::with(room_.asked(), "code_challenge_method", "plain")),
              "400 invalid_request");
    EXPECT_EQ(error(PeopleRoom::with(room_.asked(), "scope", "x")), "400 invalid_scope");
}

TEST_F(AuthorizationEndpointTest, AClientThatHasToPushIsRefusedWithoutPA3) {
    room_.add_client(PeopleRoom::public_client("pushing", std::string(testing::kPersonScope),
                                               R"(,"require_pushed_authorization_requests":true)"));
    EXPECT_EQ(outcome_with("client_id", "pushing"), "invalid_request");
    auto const uri = pushed_uri(PeopleRoom::with(room_.asked(), "client_id", "pushing"));
    EXPECT_EQ(outcome({{"client_id", "pushing"}, {"request_uri", uri}}), "");
}

// 45 CFR 164.312(a)(2)(ii), IAM-7.
TEST_F(AuthorizationEndpointTest, AnEmergencyIsAskedForAndProvenWithAPasskeyOfTheLastHour) {
    EXPECT_EQ(outcome_with("purpose_of_use", "ETREAT"), "invalid_request");
    EXPECT_EQ(outcome_with("purpose_of_use", "nonsense"), "invalid_request");
    EXPECT_EQ(outcome_with("purpose_of_use", "PATRQT"), "");
    room_.add_client(R"({"client_id":"ward","name":"x","scope":"patient/*.rs","purposes":["TREAT",)"
                     R"("ETREAT"],"token_endpoint_auth_method":"none","grant_types":)"
                     R"(["authorization_code"],"redirect_uris":[")" +
                     std::string(testing::kCallback) + R"("]})");
    auto fields = PeopleRoom::with(room_.asked("ward"), "scope", "patient/*.rs");
    fields.emplace_back("purpose_of_use", "ETREAT");
    auto const pending = [&](Fields const& asked) {
        return must(room_.authorizations().find(room_.waiting(asked), room_.browser()))
            ->value.request;
    };
    auto const usual = pending(PeopleRoom::with(fields, "acr_values", "mfa"));
    EXPECT_TRUE(usual.is_emergency());
    EXPECT_EQ(usual.needed, identity::Assurance::phishing_resistant);
    EXPECT_EQ(usual.max_age, std::chrono::hours(1));
    EXPECT_EQ(pending(PeopleRoom::with(fields, "max_age", "60")).max_age, std::chrono::minutes(1));
    EXPECT_EQ(pending(PeopleRoom::with(fields, "max_age", "86400")).max_age, std::chrono::hours(1));
    silent_ = true;
    EXPECT_EQ(outcome(PeopleRoom::with(fields, "prompt", "none")), "interaction_required");
}

}  // namespace
}  // namespace salus::oauth

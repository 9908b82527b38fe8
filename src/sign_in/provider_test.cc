// Signing in by an outside OpenID provider, and what an attacker tries: another browser's state,
// replays, mix-up, accounts of nobody (RFC 9700 section 4, OpenID Connect Core section 16).
#include <gmock/gmock.h>

#include "foundation/provider_limits.h"
#include "foundation/sign_in_limits.h"
#include "outside_provider/provider_for_test.h"
#include "sign_in/browser_for_test.h"

namespace salus::testing {
namespace {

using audit::Event;
using identity::Assurance;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A parameter of an address.
std::string in_address(std::string const& url, std::string const& name) {
    auto const query = url.substr(url.find('?') + 1);
    return std::string(
        request::single(must(request::parse_form(query)), name).value_or(std::string_view()));
}

class ProviderSignInTest : public ::testing::Test {
protected:
    ProviderSignInTest() {
        house_.offer(provider_);
        link(ada_, "account-7");
    }

    void link(sign_in::StoredUser& user, std::string const& subject) {
        identity::OutsideAccount const account{.issuer = kProviderIssuer, .subject = subject};
        user->outside = account;
        house_.save(user);
        user = house_.stored(user->id);
        request::Prepared changes;
        identity::Stored<identity::OutsideAccountOwner> const owner{
            .value = {user->id}, .id = identity::outside_account_id(account), .version = 0};
        EXPECT_TRUE(house_.documents().write(owner, std::nullopt, changes).has_value());
        EXPECT_TRUE(house_.commit(changes));
    }
    // To the provider; the address that the browser is sent to.
    std::string leave(Browser& browser, std::string const& waiting = {}) {
        browser.get("/sign-in" + (waiting.empty() ? waiting : "?authorization=" + waiting));
        auto const page = browser.post("/sign-in/provider", Browser::with(waiting, {}));
        EXPECT_EQ(page.status, 200);
        auto const refresh = page.headers.contains("Refresh") ? page.headers.at("Refresh") : "";
        EXPECT_THAT(refresh, StartsWith("0;url=https://login.example/auth?realm=a&"));
        auto const url = refresh.substr(std::string_view("0;url=").size());
        network_.say(in_address(url, "nonce"), house_.clock().now(), acr_);
        return url;
    }
    static std::string way_back(std::string const& url, std::string const& more = "&code=c") {
        return "/sign-in/provider?state=" + in_address(url, "state") +
               "&iss=" + request::percent_encode(kProviderIssuer) + more;
    }
    Reply sign_in(Browser& browser, std::string const& waiting = {}) {
        return browser.get(way_back(leave(browser, waiting)));
    }
    void expect_refused(Browser const& browser, Reply const& reply, std::string const& rule) {
        EXPECT_EQ(reply.status, 403);
        EXPECT_EQ(reply.facts.event, Event::sign_in_failed);
        ASSERT_FALSE(reply.facts.rules.empty());
        EXPECT_EQ(reply.facts.rules.back().text(), rule);
        EXPECT_THAT(reply.body, HasSubstr("Signing in there did not work here."));
        EXPECT_FALSE(browser.cookies.contains("session"));
    }
    [[nodiscard]] identity::Session session_of(Browser const& browser) {
        return must(house_.documents().read<identity::Session>(browser.cookie("session").id))
            ->value;
    }

    ProviderForTest network_;
    SignInHouse house_;
    outside_provider::Provider provider_{provider_settings(), network_, house_.clock(),
                                         house_.instance().log};
    sign_in::StoredUser ada_ = house_.add_user("ada");
    Browser browser_{house_};
    std::string acr_ = "mfa";
};

TEST_F(ProviderSignInTest, AnAccountThatWasLinkedSignsIn) {
    EXPECT_THAT(browser_.get("/sign-in").body,
                HasSubstr("Sign in with <bdi>Example &lt;Hospital&gt;</bdi>"));
    auto const url = leave(browser_);
    EXPECT_EQ(in_address(url, "redirect_uri"), "https://localhost:8443/sign-in/provider");
    EXPECT_EQ(in_address(url, "prompt"), "");
    auto const reply = browser_.get(way_back(url));
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(reply.location, "/account");
    EXPECT_EQ(reply.facts.event, Event::signed_in);
    EXPECT_EQ(reply.facts.user, ada_->id);
    auto const session = session_of(browser_);
    EXPECT_EQ(session.assurance, Assurance::multi_factor);
    EXPECT_EQ(session.authenticated, house_.clock().now() - std::chrono::seconds(30));
    // The verifier of this challenge redeemed the code, and it never was in an address.
    auto const verifier = network_.field("code_verifier");
    EXPECT_EQ(to_base64url(crypto::sha256(bytes_of(verifier))), in_address(url, "code_challenge"));
    EXPECT_THAT(url, Not(HasSubstr(verifier)));
    EXPECT_EQ(network_.posts, 1);
}

TEST_F(ProviderSignInTest, WhatWaitsGoesOn) {
    identity::AuthorizationRequest asked;
    asked.client = ClientId("app");
    asked.redirect_uri = kCallback;
    asked.code_challenge = "x";
    asked.scope = *request::parse_scope_request("openid user/Observation.rs");
    auto const id = browser_.ask(asked);
    EXPECT_EQ(sign_in(browser_, id).location, "/sign-in?authorization=" + id);
    EXPECT_THAT(browser_.get("/sign-in?authorization=" + id).body, HasSubstr("An &lt;App&gt;"));
}

TEST_F(ProviderSignInTest, TheStateOfAnotherBrowserIsRefused) {
    Browser eve(house_);
    auto const of_eve = leave(eve);
    auto const of_ada = leave(browser_);
    expect_refused(browser_, browser_.get(way_back(of_eve)), "sign-in.provider-state");
    Browser nobody(house_);
    expect_refused(nobody, nobody.get(way_back(of_eve)), "sign-in.provider-state");
    EXPECT_EQ(network_.posts, 0);
    // It did not take from Ada what she began.
    EXPECT_EQ(browser_.get(way_back(of_ada)).location, "/account");
}

TEST_F(ProviderSignInTest, AStateServesOnce) {
    auto const url = leave(browser_);
    EXPECT_EQ(browser_.get(way_back(url)).status, 303);
    Browser again(house_);
    again.cookies = browser_.cookies;
    auto const before = again.cookies.at("session");
    auto const reply = again.get(way_back(url));
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.facts.rules.back().text(), "sign-in.provider-state");
    EXPECT_EQ(again.cookies.at("session"), before);
    EXPECT_EQ(network_.posts, 1);
}

TEST_F(ProviderSignInTest, AStateServesOnceEvenIfTheAnswerWasWrong) {
    auto const url = leave(browser_);
    network_.claims["nonce"] = quoted("another");
    expect_refused(browser_, browser_.get(way_back(url)), "sign-in.provider-answer");
    network_.say(in_address(url, "nonce"), house_.clock().now());
    expect_refused(browser_, browser_.get(way_back(url)), "sign-in.provider-state");
    EXPECT_EQ(network_.posts, 1);
}

TEST_F(ProviderSignInTest, AStateServesForAShortTime) {
    auto const url = leave(browser_);
    house_.clock().advance(limits::kSignInAttemptLife);
    expect_refused(browser_, browser_.get(way_back(url)), "sign-in.provider-state");
}

TEST_F(ProviderSignInTest, AnAnswerOfAnotherIssuerIsRefused) {
    for (auto const* issuer : {"https%3A%2F%2Fevil.example", ""}) {
        auto const url = leave(browser_);
        expect_refused(browser_,
                       browser_.get("/sign-in/provider?code=c&state=" + in_address(url, "state") +
                                    "&iss=" + issuer),
                       "sign-in.provider-answer");
    }
    EXPECT_EQ(network_.posts, 0);
}

TEST_F(ProviderSignInTest, WhoWasNotAllowedThereDoesNotComeIn) {
    expect_refused(browser_, browser_.get(way_back(leave(browser_), "&error=access_denied")),
                   "sign-in.provider-refused");
    expect_refused(browser_, browser_.get(way_back(leave(browser_), "")),
                   "sign-in.provider-refused");
    EXPECT_EQ(network_.posts, 0);
}

// No claim but issuer and subject leads to a user.
TEST_F(ProviderSignInTest, AnUnknownAccountIsRefusedWhateverItsEmail) {
    auto const url = leave(browser_);
    network_.claims["sub"] = quoted("somebody-else");
    network_.claims["email"] = quoted("ada");
    network_.claims["preferred_username"] = quoted("ada");
    expect_refused(browser_, browser_.get(way_back(url)), "sign-in.provider-unknown-subject");
}

TEST_F(ProviderSignInTest, ADisabledOrUnlinkedUserIsNobody) {
    auto user = house_.stored(ada_->id);
    user->status = identity::UserStatus::disabled;
    house_.save(user);
    expect_refused(browser_, sign_in(browser_), "sign-in.provider-unknown-subject");
    user = house_.stored(ada_->id);
    user->status = identity::UserStatus::active;
    user->outside->issuer = "https://former.example";
    house_.save(user);
    expect_refused(browser_, sign_in(browser_), "sign-in.provider-unknown-subject");
}

// What the provider says proves nothing here unless the operator said so.
TEST_F(ProviderSignInTest, ASignInThatProvesTooLittleIsHalfOfOne) {
    acr_ = "pwd";
    auto const reply = sign_in(browser_);
    EXPECT_EQ(reply.location, "/sign-in/one-time-password");
    EXPECT_FALSE(browser_.cookies.contains("session"));
    browser_.get("/sign-in/one-time-password");
    auto const done =
        browser_.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}});
    EXPECT_EQ(done.status, 303);
    EXPECT_EQ(session_of(browser_).assurance, Assurance::multi_factor);
}

TEST_F(ProviderSignInTest, ASignInThatProvesTooLittleIsNothingWithoutASecondFactor) {
    auto eve = house_.add_user("eve", false);
    link(eve, "account-8");
    acr_ = "";
    auto const url = leave(browser_);
    network_.claims["sub"] = quoted("account-8");
    expect_refused(browser_, browser_.get(way_back(url)), "sign-in.provider-too-weak");
}

// Roles that the provider's claims give are those of the last sign-in there, and of nothing else.
TEST_F(ProviderSignInTest, RolesHoldForTheSessionThatTheyCameWith) {
    request::RoleNames const both{role("nurse"), role("physician")};
    auto url = leave(browser_);
    network_.claims["groups"] = R"(["ward-4","Ärzte","staff"])";
    EXPECT_EQ(browser_.get(way_back(url)).status, 303);
    EXPECT_EQ(session_of(browser_).provider_roles, both);
    EXPECT_TRUE(house_.stored(ada_->id)->roles.empty());
    // Another browser of the same person has what its own sign-in gave.
    Browser elsewhere(house_);
    url = leave(elsewhere);
    network_.claims["groups"] = R"(["ward-4"])";
    EXPECT_EQ(elsewhere.get(way_back(url)).status, 303);
    EXPECT_EQ(session_of(elsewhere).provider_roles, request::RoleNames{role("nurse")});
    EXPECT_EQ(session_of(browser_).provider_roles, both);
    // The same session, after a sign-in of our own: it goes on, without them.
    auto const session = browser_.cookie("session").id;
    house_.clock().advance(std::chrono::seconds(60));
    browser_.get("/sign-in?again=1");
    browser_.post("/sign-in/password", {{"username", "ada"}, {"password", std::string(kPassword)}});
    EXPECT_EQ(
        browser_.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}}).status,
        303);
    EXPECT_EQ(browser_.cookie("session").id, session);
    EXPECT_TRUE(session_of(browser_).provider_roles.empty());
}

TEST_F(ProviderSignInTest, RolesWaitForTheSecondHalfAndAreOfItsPersonAlone) {
    auto const bob = house_.add_user("bob");
    acr_ = "pwd";
    auto url = leave(browser_);
    network_.claims["groups"] = R"("ward-4")";
    EXPECT_EQ(browser_.get(way_back(url)).location, "/sign-in/one-time-password");
    browser_.get("/sign-in/one-time-password");
    browser_.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}});
    EXPECT_EQ(session_of(browser_).provider_roles, request::RoleNames{role("nurse")});
    // Who begins another sign-in in that browser leaves the first half with its roles.
    Browser shared(house_);
    url = leave(shared);
    network_.claims["groups"] = R"("ward-4")";
    EXPECT_EQ(shared.get(way_back(url)).location, "/sign-in/one-time-password");
    shared.sign_in(bob);
    EXPECT_EQ(session_of(shared).user, bob.value.id);
    EXPECT_TRUE(session_of(shared).provider_roles.empty());
}

TEST_F(ProviderSignInTest, AStrongSignInThereIsOneHere) {
    acr_ = "phr";
    EXPECT_EQ(sign_in(browser_).status, 303);
    EXPECT_EQ(session_of(browser_).assurance, Assurance::phishing_resistant);
}

TEST_F(ProviderSignInTest, AStepUpNeedsANewSignInThere) {
    EXPECT_EQ(sign_in(browser_).status, 303);
    house_.clock().advance(std::chrono::seconds(600));
    auto const leave_again = [&] {
        browser_.get("/sign-in?again=1");
        auto const page = browser_.post("/sign-in/provider", {});
        auto url = page.headers.at("Refresh").substr(std::string_view("0;url=").size());
        network_.say(in_address(url, "nonce"), house_.clock().now());
        return url;
    };
    auto url = leave_again();
    EXPECT_EQ(in_address(url, "prompt"), "login");
    network_.claims["auth_time"] =
        std::to_string(to_unix_seconds(house_.clock().now()) - 300);  // it ignored that
    auto const refused = browser_.get(way_back(url));
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.facts.rules.back().text(), "sign-in.provider-old-sign-in");
    url = leave_again();
    network_.claims["auth_time"] = std::to_string(to_unix_seconds(house_.clock().now()));
    EXPECT_EQ(browser_.get(way_back(url)).status, 303);
    EXPECT_EQ(session_of(browser_).authenticated, house_.clock().now());
}

TEST_F(ProviderSignInTest, ASignInOfYesterdayDoesNotDo) {
    auto const url = leave(browser_);
    network_.claims["auth_time"] =
        std::to_string(to_unix_seconds(house_.clock().now()) - 24L * 3'600);
    expect_refused(browser_, browser_.get(way_back(url)), "sign-in.provider-old-sign-in");
}

TEST_F(ProviderSignInTest, AProviderThatIsAwayIsSaidToBe) {
    network_.is_down = true;
    browser_.get("/sign-in");
    auto const begun = browser_.post("/sign-in/provider", {});
    EXPECT_EQ(begun.status, 503);
    EXPECT_THAT(begun.body, HasSubstr("does not answer as it should"));
    network_.is_down = false;
    house_.clock().advance(limits::kProviderPause);
    auto const url = leave(browser_);
    network_.is_down = true;
    auto const reply = browser_.get(way_back(url));
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.facts.event, Event::sign_in_failed);
    EXPECT_EQ(reply.facts.rules.back().text(), "sign-in.provider-away");
    EXPECT_FALSE(browser_.cookies.contains("session"));
}

TEST_F(ProviderSignInTest, AFormOfAnotherSiteSendsNobodyThere) {
    browser_.get("/sign-in");
    EXPECT_EQ(browser_.post_as_it_is("/sign-in/provider", {}).error, Errc::forbidden);
    EXPECT_EQ(network_.gets, 0);
}

TEST_F(ProviderSignInTest, WithoutAProviderThereIsNoSuchPage) {
    SignInHouse house;
    Browser browser(house);
    EXPECT_THAT(browser.get("/sign-in").body, Not(HasSubstr("/sign-in/provider")));
    EXPECT_EQ(browser.get("/sign-in/provider?state=a&code=b").error, Errc::not_found);
    EXPECT_EQ(browser.post("/sign-in/provider", {}).error, Errc::not_found);
}

// Of two answers to one state at the same time one begins a session; the code is redeemed once.
TEST_F(ProviderSignInTest, TwoAnswersAtOnceAreOneSignIn) {
    auto const url = leave(browser_);
    Browser twin(house_);
    twin.cookies = browser_.cookies;
    auto [first, first_facts] = browser_.prepare_get(way_back(url));
    auto [second, second_facts] = twin.prepare_get(way_back(url));
    EXPECT_TRUE(house_.commit(first));
    EXPECT_FALSE(house_.commit(second));
    EXPECT_EQ(network_.posts, 1);
    EXPECT_EQ(twin.get(way_back(url)).facts.rules.back().text(), "sign-in.provider-state");
}

}  // namespace
}  // namespace salus::testing

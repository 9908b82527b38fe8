// An account: sessions, apps, and when a sign-in is asked for anew.
#include <fstream>
#include <set>

#include "crypto/sha1.h"
#include "factors/breached_passwords.h"
#include "identity/grant.h"
#include "sign_in/browser_for_test.h"

namespace salus::testing {
namespace {

using audit::Event;

class AccountTest : public ::testing::Test {
protected:
    AccountTest() { browser_.sign_in(ada_); }
    // A grant that this user gave, as the authorization server stores it.
    std::string give_grant(std::string const& client = "app",
                           std::string const& scope = "patient/Observation.rs offline_access") {
        identity::Stored<identity::Grant> grant{
            .value = {}, .id = crypto::random_id(house_.instance().random), .version = 0};
        grant->user = ada_->id;
        grant->generation = 1;
        grant->client = ClientId(client);
        grant->scope = *request::parse_scope_request(scope);
        grant->session = browser_.cookie("session").id;
        grant->given = grant->used = grant->authenticated = house_.clock().now();
        auto documents = house_.documents();
        auto holdings = *must(documents.read<identity::UserHoldings>(ada_->id.text()));
        identity::add_id(holdings->grants, grant.id);
        request::Prepared changes;
        EXPECT_TRUE(documents.write(grant, grant->ends(), changes).has_value());
        EXPECT_TRUE(documents.write(holdings, std::nullopt, changes).has_value());
        EXPECT_TRUE(house_.commit(changes));
        return grant.id;
    }
    [[nodiscard]] std::size_t sessions_of_ada() {
        auto const holdings =
            must(house_.documents().read<identity::UserHoldings>(ada_->id.text()));
        return holdings->value.sessions.size();
    }

    SignInHouse house_;
    sign_in::StoredUser ada_ = house_.add_user("ada");
    Browser browser_{house_};
};

TEST_F(AccountTest, NobodySeesItWithoutASession) {
    Browser stranger(house_);
    EXPECT_EQ(stranger.get("/account").location, "/sign-in");
    EXPECT_EQ(stranger.get("/account/password").location, "/sign-in");
}

// NIST SP 800-63B section 5.1.1.2: the operator's list, beside what is common anyway.
TEST_F(AccountTest, ABreachedPasswordIsRefused) {
    std::set<std::string> lines;
    for (std::string const text : {"a long one that was stolen", "another", "and one more"})
        lines.insert(to_hex(crypto::sha1(bytes_of(text))) + ":7\n");
    auto const path = house_.home().owner().directory() / "breached";
    std::ofstream file(path, std::ios::binary);
    for (auto const& line : lines) file << line;
    file.close();
    auto const list = must(factors::BreachedPasswords::open(path));
    house_.refuse(list);
    auto const set = [&](std::string const& password) {
        browser_.get("/account/password");
        return browser_.post("/account/password",
                             {{"password", password}, {"password-again", password}});
    };
    auto const before = house_.stored(ada_->id)->password->record;
    EXPECT_EQ(set("a long one that was stolen").status, 422);
    EXPECT_EQ(house_.stored(ada_->id)->password->record, before);
    EXPECT_EQ(set("a long one that was not").status, 200);
    EXPECT_NE(house_.stored(ada_->id)->password->record, before);
}

// F5.
TEST_F(AccountTest, F5FormsNeedTheTokenOfTheSession) {
    auto const session = browser_.cookie("session").id;
    for (std::string const place :
         {"sign-out", "session/end", "sessions/end", "app/end", "password", "one-time-password",
          "passkey/options", "passkey/remove", "recovery-codes"}) {
        EXPECT_EQ(browser_.post_as_it_is("/account/" + place, {{"session", session}}).error,
                  Errc::forbidden)
            << place;
    }
    EXPECT_EQ(browser_.get("/account").status, 200);
}

TEST_F(AccountTest, ASessionEndsWhenNobodyUsesIt) {
    for (int i = 0; i < 20; ++i) {
        house_.clock().advance(std::chrono::minutes(10));
        ASSERT_EQ(browser_.get("/account").status, 200) << i;
    }
    house_.clock().advance(limits::kSessionIdle + limits::kSessionTouch + std::chrono::seconds(1));
    EXPECT_EQ(browser_.get("/account").location, "/sign-in");
}

TEST_F(AccountTest, ASessionEndsAfterItsLifeHoweverItIsUsed) {
    auto const end = house_.clock().now() + limits::kSessionLife;
    while (house_.clock().now() + std::chrono::minutes(10) < end) {
        house_.clock().advance(std::chrono::minutes(10));
        ASSERT_EQ(browser_.get("/account").status, 200);
    }
    house_.clock().advance(std::chrono::minutes(10));
    EXPECT_EQ(browser_.get("/account").location, "/sign-in");
}

TEST_F(AccountTest, UseIsStoredNoMoreOftenThanItHasTo) {
    EXPECT_EQ(browser_.get("/account").written, 0U);
    house_.clock().advance(limits::kSessionTouch);
    EXPECT_EQ(browser_.get("/account").written, 1U);
    EXPECT_EQ(browser_.get("/account").written, 0U);
}

TEST_F(AccountTest, SignOutEndsTheSessionInTheStore) {
    auto const kept = browser_.cookies;
    browser_.get("/account");
    auto const reply = browser_.post("/account/sign-out", {});
    EXPECT_EQ(reply.facts.event, Event::signed_out);
    EXPECT_FALSE(browser_.cookies.contains("session"));
    Browser thief(house_);
    thief.cookies = kept;
    EXPECT_EQ(thief.get("/account").location, "/sign-in");
}

TEST_F(AccountTest, AnotherSessionIsEndedAndNobodyElses) {
    house_.clock().advance(std::chrono::seconds(31));
    Browser other(house_);
    other.sign_in(ada_);
    auto const eve = house_.add_user("eve");
    Browser hers(house_);
    hers.sign_in(eve);
    browser_.get("/account");
    browser_.post("/account/session/end", {{"session", hers.cookie("session").id}});
    EXPECT_EQ(hers.get("/account").status, 200);
    browser_.post("/account/session/end", {{"session", other.cookie("session").id}});
    EXPECT_EQ(other.get("/account").location, "/sign-in");
    EXPECT_EQ(browser_.get("/account").status, 200);
}

TEST_F(AccountTest, EverywhereElseIsEverywhereElse) {
    house_.clock().advance(std::chrono::seconds(31));
    Browser other(house_);
    other.sign_in(ada_);
    auto const before = browser_.cookie("session").text();
    browser_.get("/account");
    EXPECT_EQ(browser_.post("/account/sessions/end", {}).facts.event, Event::session_ended);
    EXPECT_EQ(other.get("/account").location, "/sign-in");
    EXPECT_NE(browser_.cookie("session").text(), before);
    EXPECT_EQ(browser_.get("/account").status, 200);
    EXPECT_EQ(house_.stored(ada_->id).value.generation, 2U);
}

TEST_F(AccountTest, NoMoreSessionsThanAreListed) {
    for (std::size_t i = 0; i < limits::kSessionsOfUser + 2; ++i) {
        house_.clock().advance(std::chrono::seconds(31));
        Browser another(house_);
        another.sign_in(ada_);
    }
    EXPECT_EQ(sessions_of_ada(), limits::kSessionsOfUser);
    EXPECT_FALSE(must(house_.documents().read<identity::Session>(browser_.cookie("session").id))
                     .has_value());
}

TEST_F(AccountTest, AnAppIsShownInWordsAndEnds) {
    auto const grant = give_grant();
    auto const page = browser_.get("/account");
    EXPECT_NE(page.body.find("An &lt;App&gt;"), std::string::npos);
    EXPECT_NE(page.body.find("test results and vital signs"), std::string::npos);
    auto const reply = browser_.post("/account/app/end", {{"app", grant}});
    EXPECT_EQ(reply.facts.event, Event::grant_revoked);
    EXPECT_FALSE(must(house_.documents().read<identity::Grant>(grant)).has_value());
    EXPECT_EQ(browser_.get("/account").body.find("An &lt;App&gt;"), std::string::npos);
}

// What lapsed because the app did not use it is no access that anybody could end.
TEST_F(AccountTest, AnAppThatIdledIsNotListed) {
    give_grant();
    house_.clock().advance(limits::kGrantIdle - std::chrono::minutes(5));
    Browser later(house_);
    later.sign_in(ada_);
    EXPECT_NE(later.get("/account").body.find("An &lt;App&gt;"), std::string::npos);
    house_.clock().advance(std::chrono::minutes(5));
    auto const page = later.get("/account");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body.find("An &lt;App&gt;"), std::string::npos);
}

// IAM-7, LO2: whoever has a session of this one is told, however it ends.
TEST_F(AccountTest, AnAppIsToldThatItIsAllowedNoMore) {
    house_.add_client("told", "openid patient/*.rs offline_access",
                      R"(,"backchannel_logout_uri":"https://app.example/logout")");
    give_grant();
    auto const grant = give_grant("told", "openid patient/Observation.rs offline_access");
    auto const session = browser_.cookie("session").id;
    browser_.get("/account");
    browser_.post("/account/app/end", {{"app", grant}});
    EXPECT_EQ(house_.notices(ada_->id), (std::map<std::string, std::string>{{"told", session}}));
}

TEST_F(AccountTest, AppsAreToldOfASignOut) {
    house_.add_client("told", "openid patient/*.rs offline_access",
                      R"(,"backchannel_logout_uri":"https://app.example/logout")");
    give_grant("told", "openid patient/Observation.rs");
    auto const session = browser_.cookie("session").id;
    browser_.get("/account");
    browser_.post("/account/sign-out", {});
    EXPECT_EQ(house_.notices(ada_->id), (std::map<std::string, std::string>{{"told", session}}));
}

TEST_F(AccountTest, AppsAreToldOfTheEndEverywhere) {
    house_.add_client("told", "openid patient/*.rs offline_access",
                      R"(,"backchannel_logout_uri":"https://app.example/logout")");
    give_grant("told", "openid patient/Observation.rs");
    browser_.get("/account");
    browser_.post("/account/sessions/end", {});
    EXPECT_EQ(house_.notices(ada_->id), (std::map<std::string, std::string>{{"told", ""}}));
}

TEST_F(AccountTest, AStepUpLeavesWhatAppsHaveUntilTheSessionEnds) {
    auto const session = browser_.cookie("session");
    house_.clock().advance(std::chrono::seconds(31));
    browser_.get("/sign-in?again=1");
    browser_.post("/sign-in/password", {{"username", "ada"}, {"password", std::string(kPassword)}});
    browser_.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}});
    EXPECT_EQ(browser_.cookie("session").id, session.id);
    EXPECT_NE(browser_.cookie("session").secret, session.secret);
    EXPECT_EQ(sessions_of_ada(), 1U);
}

// IAM-7: what proves somebody is changed shortly after a sign-in.
TEST_F(AccountTest, FactorsAreChangedAfterAFreshSignIn) {
    house_.clock().advance(limits::kFactorChangeWindow + std::chrono::seconds(1));
    browser_.get("/account");
    for (std::string const place :
         {"password", "one-time-password", "passkey/options", "passkey/remove",
          "one-time-password/remove", "recovery-codes"}) {
        auto const reply = browser_.post("/account/" + place, {});
        EXPECT_EQ(reply.location, "/sign-in?again=1") << place;
    }
    EXPECT_EQ(browser_.get("/account/one-time-password").location, "/sign-in?again=1");
    EXPECT_EQ(browser_.get("/sign-in?again=1").status, 200);
}

TEST_F(AccountTest, NewRecoveryCodesTakeThePlaceOfTheOldOnes) {
    browser_.get("/account");
    auto const first = browser_.post("/account/recovery-codes", {});
    auto const second = browser_.post("/account/recovery-codes", {});
    EXPECT_EQ(second.status, 200);
    EXPECT_NE(first.body, second.body);
    EXPECT_EQ(house_.stored(ada_->id).value.recovery_codes->left(), 10U);
}

TEST(FactorRightTest, FreshAndStrongOrByCode) {
    WallTime const now{std::chrono::seconds(1'795'421'730)};
    identity::Session session;
    session.authenticated = now - std::chrono::seconds(300);
    session.assurance = identity::Assurance::multi_factor;
    EXPECT_EQ(sign_in::factor_right(session, now), sign_in::FactorRight::all);
    EXPECT_EQ(sign_in::factor_right(session, now + std::chrono::seconds(1)),
              sign_in::FactorRight::none);
    session.assurance = identity::Assurance::recovery;
    EXPECT_EQ(sign_in::factor_right(session, now), sign_in::FactorRight::enrol);
    session.assurance = identity::Assurance::none;
    EXPECT_EQ(sign_in::factor_right(session, now), sign_in::FactorRight::none);
}

TEST(BrowserNameTest, IsWhatPeopleCallIt) {
    EXPECT_EQ(sign_in::browser_name("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/144.0"),
              "Firefox on Windows");
    EXPECT_EQ(sign_in::browser_name("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 "
                                    "Chrome/142.0 Mobile Safari/537.36 Edg/142.0"),
              "Edge on Android");
    EXPECT_EQ(sign_in::browser_name("<script>"), "A browser");
}

TEST(NetworkTest, IsWhatOneCustomerHas) {
    EXPECT_EQ(sign_in::network_of("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(sign_in::network_of("2001:db8:1:2::1"), sign_in::network_of("2001:db8:1:2:f::9"));
    EXPECT_NE(sign_in::network_of("2001:db8:1:2::1"), sign_in::network_of("2001:db8:1:3::1"));
    EXPECT_NE(sign_in::network_of("::ffff:192.0.2.7"), sign_in::network_of("::ffff:192.0.2.8"));
}

}  // namespace
}  // namespace salus::testing

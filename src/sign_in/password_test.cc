// Signing in with a password and a one-time password: what an attacker tries (the catalogue's F5,
// F6, F12, N1, N2, N3).
#include <gmock/gmock.h>

#include "identity/known_device.h"
#include "sign_in/browser_for_test.h"

namespace salus::testing {
namespace {

using audit::Event;
using ::testing::HasSubstr;
using ::testing::Not;

class PasswordTest : public ::testing::Test {
protected:
    SignInHouse house_;
    sign_in::StoredUser ada_ = house_.add_user("ada");
    std::string const right_{kPassword};
};

TEST_F(PasswordTest, BothPasswordsMakeASession) {
    Browser browser(house_);
    auto const first = browser.type_password("Ada ", right_);
    EXPECT_EQ(first.status, 303);
    EXPECT_EQ(first.location, "/sign-in/one-time-password");
    EXPECT_FALSE(browser.cookies.contains("session"));
    auto const second =
        browser.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}});
    EXPECT_EQ(second.status, 303);
    EXPECT_EQ(second.location, "/account");
    EXPECT_EQ(second.facts.event, Event::signed_in);
    EXPECT_EQ(second.facts.user, ada_->id);
    EXPECT_EQ(browser.get("/account").status, 200);
    auto const session =
        *must(house_.documents().read<identity::Session>(browser.cookie("session").id));
    EXPECT_EQ(session.value.assurance, identity::Assurance::multi_factor);
}

// N1: the name is typed with its password, and nothing of the answer depends on it.
TEST_F(PasswordTest, N1NobodyAndAWrongPasswordAnswerAlike) {
    auto const disabled = [&] {
        auto user = house_.add_user("gone");
        user->status = identity::UserStatus::disabled;
        house_.save(user);
    };
    disabled();
    house_.add_user("half", false);
    std::set<std::string> answers;
    std::set<std::size_t> written;
    int address = 0;
    for (auto const& [name, password] : FormFields{{"ada", "a wrong one!"},
                                                   {"nobody", "a wrong one!"},
                                                   {"gone", right_},
                                                   {"half", right_},
                                                   {"ada", "short"},
                                                   {"", ""},
                                                   {"a b", right_}}) {
        Browser browser(house_, "198.51.100." + std::to_string(++address));
        auto const reply = browser.type_password(name, password);
        std::string all = std::to_string(reply.status) + without_token(reply.body);
        for (auto const& [header, value] : reply.headers) all += header + value;
        EXPECT_TRUE(reply.cookies.empty()) << name;
        EXPECT_EQ(reply.facts.event, Event::sign_in_failed);
        answers.insert(all);
        written.insert(reply.written);
    }
    EXPECT_EQ(answers.size(), 1U);
    EXPECT_EQ(written.size(), 1U);
}

// N1, for guesses that are not looked at.
TEST_F(PasswordTest, N1TooManyGuessesAnswerAlike) {
    std::set<std::string> answers;
    for (std::string const name : {"ada", "nobody"}) {
        Reply reply;
        for (int i = 0; i < 6; ++i) {
            Browser browser(house_, "198.51.100." + std::to_string(i));
            reply = browser.type_password(name, "a wrong one!");
        }
        EXPECT_EQ(reply.status, 429);
        answers.insert(reply.headers["Retry-After"] + without_token(reply.body));
    }
    EXPECT_EQ(answers.size(), 1U);
}

// N2: guesses at one account from everywhere.
TEST_F(PasswordTest, N2GuessesFromManyPlacesAreBounded) {
    for (int i = 0; i < 5; ++i) {
        Browser browser(house_, "198.51.100." + std::to_string(i));
        EXPECT_EQ(browser.type_password("ada", "a wrong one!").status, 403);
    }
    Browser browser(house_, "203.0.113.1");
    EXPECT_EQ(browser.type_password("ada", right_).status, 429);
    house_.clock().advance(std::chrono::seconds(31));
    EXPECT_EQ(browser.type_password("ada", right_).status, 303);
}

// N2: one password for every account, from one place.
TEST_F(PasswordTest, N2SprayingFromOnePlaceIsBounded) {
    for (int i = 0; i < 5; ++i) {
        Browser browser(house_, "2001:db8:1:2::" + std::to_string(i));
        EXPECT_EQ(browser.type_password("user" + std::to_string(i), "letmein!!").status, 403);
    }
    Browser same(house_, "2001:db8:1:2:ffff::9");
    EXPECT_EQ(same.type_password("ada", right_).status, 429);
    Browser other(house_, "2001:db8:1:3::9");
    EXPECT_EQ(other.type_password("ada", right_).status, 303);
}

// N2: one who has an account there, too, and signs in between guesses at others'.
TEST_F(PasswordTest, N2AnInsiderDoesNotClearTheWayForGuesses) {
    auto const guess = [&](std::string const& name) {
        return Browser(house_).type_password(name, "letmein!!").status;
    };
    for (int i = 0; i < 4; ++i) EXPECT_EQ(guess("user" + std::to_string(i)), 403);
    EXPECT_EQ(Browser(house_).sign_in(ada_).status, 303);
    EXPECT_EQ(guess("user4"), 403);  // one was forgiven
    EXPECT_EQ(guess("user5"), 403);
    EXPECT_EQ(guess("user6"), 429);
}

// N2: whoever guesses elsewhere keeps nobody out where they signed in before.
TEST_F(PasswordTest, N2AKnownBrowserIsNotLockedOut) {
    Browser clinic(house_);
    EXPECT_EQ(clinic.sign_in(ada_).status, 303);
    for (int i = 0; i < 40; ++i) {
        Browser attacker(house_);  // behind the same address, even
        attacker.type_password("ada", "a wrong one!");
    }
    Browser stranger(house_);
    EXPECT_EQ(stranger.type_password("ada", right_).status, 429);
    house_.clock().advance(std::chrono::seconds(31));
    Browser(house_).type_password("ada", "a wrong one!");  // the one that the delay let through
    clinic.cookies.erase("session");
    EXPECT_EQ(clinic.sign_in(ada_).status, 303);
    EXPECT_TRUE(clinic.cookies.contains("session"));
    // A cookie that somebody made up is no known browser.
    stranger.cookies["device"] = identity::SecretId::make(house_.instance().random).text();
    EXPECT_EQ(stranger.type_password("ada", right_).status, 429);
    // Nor is the right id with another secret.
    auto forged = clinic.cookie("device");
    forged.secret = identity::SecretId::make(house_.instance().random).secret;
    stranger.cookies["device"] = forged.text();
    EXPECT_EQ(stranger.type_password("ada", right_).status, 429);
}

// N3: many guesses at the same time count as many, and all but one are prepared again.
TEST_F(PasswordTest, N3GuessesAtOnceAreCountedOneByOne) {
    Browser browser(house_);
    browser.get("/sign-in");
    FormFields const wrong{{"username", "ada"}, {"password", "a wrong one!"}};
    FormFields const right{{"username", "ada"}, {"password", right_}};
    auto first = browser.prepare("/sign-in/password", wrong).first;
    auto second = browser.prepare("/sign-in/password", wrong).first;
    auto third = browser.prepare("/sign-in/password", right).first;
    EXPECT_FALSE(first.conflict.has_value());  // the pipeline prepares it again
    EXPECT_TRUE(house_.commit(first));
    EXPECT_FALSE(house_.commit(second));
    EXPECT_FALSE(house_.commit(third));
}

// N3: who knows the password cannot guess at the second factor for ever.
TEST_F(PasswordTest, N3ARightPasswordForgivesNoWrongCode) {
    Browser browser(house_);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(browser.type_password("ada", right_).status, 303);
        EXPECT_EQ(browser.post("/sign-in/one-time-password", {{"code", "000000"}}).status, 403);
    }
    EXPECT_EQ(browser.type_password("ada", right_).status, 429);
}

TEST_F(PasswordTest, N3ACodeServesOnce) {
    Browser browser(house_);
    auto const code = house_.code_of(ada_->id);
    browser.type_password("ada", right_);
    EXPECT_EQ(browser.post("/sign-in/one-time-password", {{"code", code}}).status, 303);
    Browser thief(house_);
    thief.type_password("ada", right_);
    EXPECT_EQ(thief.post("/sign-in/one-time-password", {{"code", code}}).status, 403);
    EXPECT_FALSE(thief.cookies.contains("session"));
}

TEST_F(PasswordTest, N3ACodeServesOnceEvenAtOnce) {
    Browser one(house_);
    Browser two(house_);
    auto const code = house_.code_of(ada_->id);
    one.type_password("ada", right_);
    two.type_password("ada", right_);
    auto first = one.prepare("/sign-in/one-time-password", {{"code", code}}).first;
    auto second = two.prepare("/sign-in/one-time-password", {{"code", code}}).first;
    EXPECT_TRUE(house_.commit(first));
    EXPECT_FALSE(house_.commit(second));
}

TEST_F(PasswordTest, N3TheCodeOfAnotherUserIsWrong) {
    auto const eve = house_.add_user("eve");
    Browser browser(house_);
    browser.type_password("ada", right_);
    auto const reply = browser.post("/sign-in/one-time-password",
                                    {{"code", house_.code_of(eve.value.id)}, {"username", "eve"}});
    EXPECT_EQ(reply.status, 403);
    EXPECT_FALSE(browser.cookies.contains("session"));
}

TEST_F(PasswordTest, N3NoStepCanBeSkipped) {
    Browser browser(house_);
    browser.get("/sign-in");
    auto const reply =
        browser.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}});
    EXPECT_EQ(reply.location, "/sign-in");
    EXPECT_FALSE(browser.cookies.contains("session"));
    // Half way is no session.
    browser.type_password("ada", right_);
    browser.cookies["session"] = browser.cookies.at("browser");
    EXPECT_EQ(browser.get("/account").location, "/sign-in");
}

TEST_F(PasswordTest, N3AHalfDoneSignInEndsWithItsTime) {
    Browser browser(house_);
    browser.type_password("ada", right_);
    house_.clock().advance(limits::kSignInAttemptLife + std::chrono::seconds(1));
    auto const reply =
        browser.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}});
    EXPECT_EQ(reply.location, "/sign-in");
}

// F5: forms that are not ours.
TEST_F(PasswordTest, F5AFormOfAnotherSiteIsRefused) {
    Browser browser(house_);
    browser.get("/sign-in");
    FormFields const fields{{"username", "ada"}, {"password", right_}};
    EXPECT_EQ(browser.post_as_it_is("/sign-in/password", fields).error, Errc::forbidden);
    Browser attacker(house_);
    attacker.get("/sign-in");
    auto theirs = fields;
    theirs.emplace_back("token", attacker.token());
    EXPECT_EQ(browser.post_as_it_is("/sign-in/password", theirs).error, Errc::forbidden);
    for (std::string const site : {"cross-site", "same-site"}) {
        browser.more_headers = {{"Sec-Fetch-Site", site}};
        EXPECT_EQ(browser.post("/sign-in/password", fields).error, Errc::forbidden) << site;
    }
    browser.more_headers = {{"Sec-Fetch-Site", "same-origin"}};
    EXPECT_EQ(browser.post("/sign-in/password", fields).status, 303);
    // A browser without cookies has no token that could be right.
    Browser bare(house_);
    EXPECT_EQ(bare.post("/sign-in/password", fields).error, Errc::forbidden);
}

// F6: nothing that the browser had before counts afterwards.
TEST_F(PasswordTest, F6EveryCookieIsAnotherAfterASignIn) {
    Browser browser(house_);
    browser.get("/sign-in");
    auto const before = browser.cookies.at("browser");
    browser.sign_in(ada_);
    EXPECT_NE(browser.cookies.at("browser"), before);
    auto const first = browser.cookie("session");
    house_.clock().advance(std::chrono::seconds(60));
    browser.get("/sign-in?again=1");
    browser.post("/sign-in/password", {{"username", "ada"}, {"password", right_}});
    browser.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}});
    EXPECT_NE(browser.cookie("session").text(), first.text());
    Browser fixed(house_);
    fixed.cookies["session"] = first.text();
    EXPECT_EQ(fixed.get("/account").location, "/sign-in");
    EXPECT_EQ(browser.get("/account").status, 200);
}

TEST_F(PasswordTest, F6SomebodyElsesSessionEndsInTheSameBrowser) {
    auto const eve = house_.add_user("eve");
    Browser browser(house_);
    browser.sign_in(ada_);
    auto const hers = browser.cookie("session");
    browser.get("/sign-in?again=1");
    browser.sign_in(eve);
    EXPECT_FALSE(must(house_.documents().read<identity::Session>(hers.id)).has_value());
    EXPECT_EQ(browser.get("/account").facts.user, eve.value.id);
}

TEST_F(PasswordTest, F12NothingIsThereTwice) {
    Browser browser(house_);
    browser.get("/sign-in");
    EXPECT_EQ(browser.post("/sign-in/password", {{"username", "ada"}, {"username", "eve"}}).error,
              Errc::invalid);
    EXPECT_EQ(browser.post("/sign-in/password?username=eve", {{"password", right_}}).error,
              Errc::invalid);
}

TEST_F(PasswordTest, NoMorePasswordsAreHashedThanThereArePlacesFor) {
    Browser browser(house_);
    auto const one = house_.places().take();
    auto const two = house_.places().take();
    auto const reply = browser.type_password("ada", right_);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.headers.at("Retry-After"), "2");
    EXPECT_EQ(reply.written, 0U);
}

TEST_F(PasswordTest, PagesEscapeAndNameNoName) {
    Browser browser(house_);
    auto const reply = browser.type_password("<script>alert(1)</script>", "a wrong one!");
    EXPECT_THAT(reply.body, Not(HasSubstr("alert(1)")));
    EXPECT_THAT(reply.headers.at("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(reply.headers.at("Cache-Control"), HasSubstr("no-store"));
}

}  // namespace
}  // namespace salus::testing

// Recovery codes and the codes of first sign-ins (RE1), and what an attacker tries (N5).
#include "sign_in/browser_for_test.h"

namespace salus::testing {
namespace {

using audit::Event;
using identity::Assurance;

class CodeTest : public ::testing::Test {
protected:
    // A user's recovery codes.
    std::vector<std::string> give_codes(sign_in::StoredUser const& of) {
        auto user = house_.stored(of.value.id);
        auto made = factors::RecoveryCodes::make(house_.instance().random);
        user->recovery_codes = std::move(made.stored);
        house_.save(user);
        std::vector<std::string> codes;
        for (auto const& code : made.codes) codes.emplace_back(text_of(code.reveal()));
        return codes;
    }
    std::string give_enrolment(sign_in::StoredUser const& of) {
        auto user = house_.stored(of.value.id);
        auto const code =
            identity::new_enrolment(user.value, house_.clock().now(), house_.instance().random);
        house_.save(user);
        return std::string(text_of(code.reveal()));
    }
    Reply type_code(Browser& browser, std::string const& name, std::string const& code) {
        browser.get("/sign-in/code");
        return browser.post("/sign-in/code", {{"username", name}, {"code", code}});
    }
    [[nodiscard]] identity::Session session_of(Browser const& browser) {
        return must(house_.documents().read<identity::Session>(browser.cookie("session").id))
            ->value;
    }
    // The page of one-time passwords, and the digits for the key that it shows.
    std::string begin_totp(Browser& browser) {
        EXPECT_EQ(browser.get("/account/one-time-password").status, 200);
        auto const attempt =
            must(sign_in::attempt_in_session(house_.desk(), browser.cookie("session")));
        return house_.code_by(attempt.value.totp_secret);
    }

    SignInHouse house_;
    sign_in::StoredUser ada_ = house_.add_user("ada");
};

TEST_F(CodeTest, N5ARecoveryCodeServesOnce) {
    auto const codes = give_codes(ada_);
    Browser one(house_);
    EXPECT_EQ(type_code(one, "ada", codes[3]).location, "/account");
    EXPECT_EQ(session_of(one).assurance, Assurance::recovery);
    Browser two(house_);
    EXPECT_EQ(type_code(two, "ada", codes[3]).status, 403);
    EXPECT_EQ(house_.stored(ada_->id).value.recovery_codes->left(), 9U);
}

TEST_F(CodeTest, N5ARecoveryCodeServesOnceEvenAtOnce) {
    auto const codes = give_codes(ada_);
    Browser one(house_);
    Browser two(house_);
    one.get("/sign-in/code");
    two.get("/sign-in/code");
    FormFields const fields{{"username", "ada"}, {"code", codes[0]}};
    auto first = one.prepare("/sign-in/code", fields).first;
    auto second = two.prepare("/sign-in/code", fields).first;
    EXPECT_TRUE(house_.commit(first));
    EXPECT_FALSE(house_.commit(second));
}

TEST_F(CodeTest, N1CodesOfNobodyAnswerAlike) {
    give_codes(ada_);
    auto const bare = house_.add_user("bare");
    std::set<std::string> answers;
    std::set<std::size_t> written;
    for (std::string const name : {"ada", "bare", "nobody", "no name"}) {
        Browser browser(house_, "198.51.100." + name.substr(0, 1));
        auto const reply = type_code(browser, name, "AAAA-BBBB-CCCC-DDDD");
        answers.insert(std::to_string(reply.status) + without_token(reply.body));
        written.insert(reply.written);
        EXPECT_TRUE(reply.cookies.empty());
    }
    EXPECT_EQ(answers.size(), 1U);
    EXPECT_EQ(written.size(), 1U);
}

TEST_F(CodeTest, N5CodesAreGuessedAsSlowlyAsPasswords) {
    give_codes(ada_);
    for (int i = 0; i < 5; ++i) {
        Browser browser(house_, "198.51.100." + std::to_string(i));
        EXPECT_EQ(type_code(browser, "ada", "AAAA-BBBB-CCCC-DDDD").status, 403);
    }
    Browser browser(house_);
    EXPECT_EQ(type_code(browser, "ada", "AAAA-BBBB-CCCC-DDDD").status, 429);
}

TEST_F(CodeTest, N5AFirstSignInServesOnceAndInItsTime) {
    auto const late = give_enrolment(ada_);
    house_.clock().advance(limits::kEnrolmentCodeLife + std::chrono::seconds(1));
    Browser browser(house_);
    EXPECT_EQ(type_code(browser, "ada", late).status, 403);
    auto const code = give_enrolment(ada_);
    EXPECT_EQ(type_code(browser, "ada", code).status, 303);
    Browser two(house_);
    EXPECT_EQ(type_code(two, "ada", code).status, 403);
}

// RE1: after a code there is nothing but enrolling.
TEST_F(CodeTest, N5ACodeOpensNothingElse) {
    auto const codes = give_codes(ada_);
    Browser browser(house_);
    type_code(browser, "ada", codes[0]);
    EXPECT_EQ(browser.get("/account").body.find("Apps with access"), std::string::npos);
    for (std::string const place : {"one-time-password/remove", "recovery-codes", "passkey/remove"})
        EXPECT_EQ(browser.post("/account/" + place, {}).status, 403) << place;
    for (std::string const place : {"session/end", "app/end", "sessions/end"}) {
        auto const reply = browser.post("/account/" + place, {{"session", "x"}, {"app", "x"}});
        EXPECT_EQ(reply.error, Errc::not_found) << place;
    }
    EXPECT_TRUE(house_.stored(ada_->id).value.totp.has_value());
}

TEST_F(CodeTest, N5AChangeByCodeEndsEverythingElse) {
    auto const codes = give_codes(ada_);
    Browser stolen(house_, "203.0.113.9");
    EXPECT_EQ(stolen.sign_in(ada_).location, "/account");
    Browser browser(house_);
    type_code(browser, "ada", codes[0]);
    auto const before = browser.cookie("session").text();
    browser.get("/account/password");
    auto const reply = browser.post(
        "/account/password",
        {{"password", "nine yellow ladders"}, {"password-again", "nine yellow ladders"}});
    EXPECT_EQ(reply.facts.event, Event::password_changed);
    EXPECT_EQ(stolen.get("/account").location, "/sign-in");
    EXPECT_NE(browser.cookie("session").text(), before);
    EXPECT_EQ(browser.get("/account").status, 200);
    // It does not grow by what it enrolled.
    EXPECT_EQ(session_of(browser).assurance, Assurance::recovery);
}

TEST_F(CodeTest, ANewUserEnrolsAndSignsIn) {
    auto user = house_.add_user("new", false);
    user->password.reset();
    house_.save(user);
    user = house_.stored(user->id);
    auto const code = give_enrolment(user);
    Browser browser(house_);
    EXPECT_EQ(type_code(browser, "new", code).status, 303);
    // One-time passwords go with a password.
    EXPECT_EQ(browser.get("/account/one-time-password").status, 409);
    browser.get("/account/password");
    EXPECT_EQ(browser
                  .post("/account/password", {{"password", std::string(kPassword)},
                                              {"password-again", std::string(kPassword)}})
                  .status,
              303);
    auto const digits = begin_totp(browser);
    EXPECT_EQ(browser.post("/account/one-time-password", {{"code", "12"}}).status, 422);
    auto const done = browser.post("/account/one-time-password", {{"code", digits}});
    EXPECT_EQ(done.status, 200);
    EXPECT_NE(done.body.find("recovery codes"), std::string::npos);
    EXPECT_EQ(house_.stored(user->id).value.recovery_codes->left(), 10U);
    house_.clock().advance(std::chrono::seconds(31));
    Browser next(house_);
    EXPECT_EQ(next.sign_in(user).location, "/account");
    EXPECT_EQ(session_of(next).assurance, Assurance::multi_factor);
}

// The digits that enrolled it are used up with it.
TEST_F(CodeTest, N3TheDigitsThatEnrolServeNoSignIn) {
    auto user = house_.add_user("new", false);
    auto const code = give_enrolment(user);
    Browser browser(house_);
    type_code(browser, "new", code);
    auto const digits = begin_totp(browser);
    browser.post("/account/one-time-password", {{"code", digits}});
    Browser next(house_);
    next.type_password("new", std::string(kPassword));
    EXPECT_EQ(next.post("/sign-in/one-time-password", {{"code", digits}}).status, 403);
}

TEST_F(CodeTest, WeakPasswordsAreRefused) {
    auto const code = give_enrolment(ada_);
    Browser browser(house_);
    type_code(browser, "ada", code);
    browser.get("/account/password");
    auto const expect_refused = [&](std::string const& first, std::string const& second) {
        auto const reply =
            browser.post("/account/password", {{"password", first}, {"password-again", second}});
        EXPECT_EQ(reply.status, 422) << first;
        EXPECT_EQ(reply.written, 0U);
    };
    expect_refused("password1", "password1");
    expect_refused("short", "short");
    expect_refused("seven purple otters", "seven purple otter");
}

}  // namespace
}  // namespace salus::testing

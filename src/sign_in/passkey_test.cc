// Signing in with passkeys, and what an attacker tries (the catalogue's N4).
#include "factors/webauthn/authenticator_for_test.h"
#include "foundation/factor_limits.h"
#include "sign_in/browser_for_test.h"

namespace salus::testing {
namespace {

using audit::Event;
using factors::webauthn::testing::SoftAuthenticator;

class PasskeyTest : public ::testing::Test {
protected:
    PasskeyTest() {
        authenticator_.saying.origin = "https://localhost:8443";
        authenticator_.saying.rp_id = "localhost";
        browser_.sign_in(ada_);
        browser_.get("/account");
        auto const options = browser_.post("/account/passkey/options", {});
        EXPECT_EQ(options.status, 200);
        auto const added = browser_.post("/account/passkey",
                                         {{"answer", authenticator_.create(options.body).json()}});
        EXPECT_EQ(added.status, 200);  // with the first strong factor come recovery codes
        EXPECT_EQ(added.facts.event, Event::factor_added);
    }
    // What an authenticator of this user says to the options of this browser.
    [[nodiscard]] factors::webauthn::testing::Answer answer_in(Browser& browser) {
        browser.get("/sign-in");
        auto const options = browser.post("/sign-in/passkey/options", {});
        EXPECT_EQ(options.status, 200);
        auto answer = authenticator_.get(options.body);
        answer.user_handle = *from_hex(ada_->id.text());
        return answer;
    }
    void expect_refused(Browser& browser, std::string const& json) {
        auto const reply = browser.post("/sign-in/passkey", {{"answer", json}});
        EXPECT_EQ(reply.status, 403);
        EXPECT_EQ(reply.facts.event, Event::sign_in_failed);
        EXPECT_FALSE(browser.cookies.contains("session"));
    }

    SignInHouse house_;
    sign_in::StoredUser ada_ = house_.add_user("ada");
    Browser browser_{house_};
    SoftAuthenticator authenticator_;
};

TEST_F(PasskeyTest, APasskeySignsInWithoutAName) {
    Browser other(house_);
    auto const reply = other.post("/sign-in/passkey", {{"answer", answer_in(other).json()}});
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(reply.facts.user, ada_->id);
    auto const session =
        *must(house_.documents().read<identity::Session>(other.cookie("session").id));
    EXPECT_EQ(session.value.assurance, identity::Assurance::phishing_resistant);
}

TEST_F(PasskeyTest, N4AnAnswerServesOnceAndInItsBrowser) {
    Browser one(house_);
    Browser two(house_);
    auto const json = answer_in(one).json();
    (void)answer_in(two);
    expect_refused(two, json);
    EXPECT_EQ(one.post("/sign-in/passkey", {{"answer", json}}).status, 303);
    Browser again(house_);
    again.get("/sign-in");
    expect_refused(again, json);
}

TEST_F(PasskeyTest, N4AnAnswerServesOnceEvenIfItWasWrong) {
    Browser one(house_);
    auto right = answer_in(one);
    auto wrong = right;
    wrong.signature.back() ^= 1U;
    expect_refused(one, wrong.json());
    expect_refused(one, right.json());
}

TEST_F(PasskeyTest, N4AStaleAnswerIsRefused) {
    Browser one(house_);
    auto const json = answer_in(one).json();
    house_.clock().advance(limits::kCeremonyTime + std::chrono::seconds(1));
    expect_refused(one, json);
}

TEST_F(PasskeyTest, N4AnotherOriginPartyOrUserIsRefused) {
    auto const expect_saying = [&](auto change) {
        Browser one(house_);
        auto const before = authenticator_.saying;
        change(authenticator_.saying);
        auto const answer = answer_in(one);
        authenticator_.saying = before;
        expect_refused(one, answer.json());
    };
    expect_saying([](auto& saying) { saying.origin = "https://localhost.evil.test:8443"; });
    expect_saying([](auto& saying) { saying.rp_id = "evil.test"; });
    expect_saying([](auto& saying) { saying.flags = 0x01; });  // nobody was verified
    expect_saying([](auto& saying) { saying.type = "webauthn.create"; });
    expect_saying([](auto& saying) { saying.more_client_data = R"(,"crossOrigin":true)"; });
    Browser one(house_);
    auto answer = answer_in(one);
    answer.user_handle = *from_hex(house_.add_user("eve").value.id.text());
    expect_refused(one, answer.json());
}

TEST_F(PasskeyTest, N4AnUnknownPasskeyIsRefused) {
    Browser one(house_);
    SoftAuthenticator unknown(crypto::SignatureAlgorithm::es384);
    unknown.saying = authenticator_.saying;
    one.get("/sign-in");
    auto const options = one.post("/sign-in/passkey/options", {});
    expect_refused(one, unknown.get(options.body).json());
    expect_refused(one, "{}");
}

// WA3: no lock-out, but more is asked.
TEST_F(PasskeyTest, N4ACounterThatWentBackAsksForMore) {
    Browser one(house_);
    authenticator_.saying.sign_count = 9;
    EXPECT_EQ(one.post("/sign-in/passkey", {{"answer", answer_in(one).json()}}).status, 303);
    authenticator_.saying.sign_count = 3;
    Browser two(house_);
    auto const reply = two.post("/sign-in/passkey", {{"answer", answer_in(two).json()}});
    EXPECT_EQ(reply.location, "/sign-in/one-time-password");
    EXPECT_FALSE(two.cookies.contains("session"));
    ASSERT_EQ(reply.facts.rules.size(), 1U);
    EXPECT_EQ(reply.facts.rules.front().text(), "factors.counter-went-back");
    house_.clock().advance(std::chrono::seconds(30));
    EXPECT_EQ(two.post("/sign-in/one-time-password", {{"code", house_.code_of(ada_->id)}}).status,
              303);
}

TEST_F(PasskeyTest, ADisabledUserDoesNotComeIn) {
    auto user = house_.stored(ada_->id);
    user->status = identity::UserStatus::disabled;
    house_.save(user);
    Browser one(house_);
    expect_refused(one, answer_in(one).json());
}

// WA2: an id belongs to one user.
TEST_F(PasskeyTest, APasskeyOfSomebodyElseIsNotAdded) {
    auto const eve = house_.add_user("eve");
    Browser hers(house_);
    hers.sign_in(eve);
    hers.get("/account");
    auto const options = hers.post("/account/passkey/options", {});
    auto const reply =
        hers.post("/account/passkey", {{"answer", authenticator_.create(options.body).json()}});
    EXPECT_EQ(reply.status, 422);
    EXPECT_TRUE(house_.stored(eve.value.id).value.passkeys.empty());
}

// WA4.
TEST_F(PasskeyTest, TheLastStrongFactorStays) {
    auto const id = to_base64url(authenticator_.id());
    browser_.get("/account");
    EXPECT_EQ(browser_.post("/account/one-time-password/remove", {}).status, 303);
    browser_.get("/account");
    EXPECT_EQ(browser_.post("/account/passkey/remove", {{"passkey", id}}).status, 409);
    EXPECT_EQ(house_.stored(ada_->id).value.passkeys.size(), 1U);
}

TEST_F(PasskeyTest, ARemovedPasskeyOpensNothing) {
    auto const id = to_base64url(authenticator_.id());
    browser_.get("/account");
    auto const removed = browser_.post("/account/passkey/remove", {{"passkey", id}});
    EXPECT_EQ(removed.facts.event, Event::factor_removed);
    Browser one(house_);
    expect_refused(one, answer_in(one).json());
}

TEST_F(PasskeyTest, APasskeyHasANameOfItsOwn) {
    auto const id = to_base64url(authenticator_.id());
    browser_.get("/account");
    EXPECT_EQ(
        browser_.post("/account/passkey/rename", {{"passkey", id}, {"name", "Key <1>"}}).status,
        303);
    EXPECT_EQ(house_.stored(ada_->id).value.passkeys.front().name, "Key <1>");
    EXPECT_NE(browser_.get("/account").body.find("Key &lt;1&gt;"), std::string::npos);
    EXPECT_EQ(browser_.post("/account/passkey/rename", {{"passkey", id}, {"name", "a\nb"}}).status,
              422);
}

}  // namespace
}  // namespace salus::testing

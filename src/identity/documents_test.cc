// The documents of this room, through the store and back, and what their values promise.
#include "identity/documents.h"

#include "foundation/sign_in_limits.h"
#include "identity/enrolment.h"
#include "identity/grant.h"
#include "identity/known_device.h"
#include "identity/secret_id.h"
#include "identity/session.h"
#include "identity/sign_in_attempt.h"
#include "identity/user.h"
#include "records/tenant_for_test.h"

namespace salus::identity {
namespace {

using salus::testing::must;
using std::chrono::hours;
using std::chrono::seconds;

class DocumentsTest : public ::testing::Test {
protected:
    bool commit(request::Prepared& prepared) {
        auto batch = *std::move(prepared.batch);
        prepared.batch.reset();
        return instance_.home.run(home_.tenant().store.commit(std::move(batch), instance_.home))
            .has_value();
    }
    template <class T>
    bool write(Stored<T> const& document, std::optional<WallTime> expires = std::nullopt) {
        request::Prepared prepared;
        EXPECT_TRUE(documents_.write(document, expires, prepared).has_value());
        return commit(prepared);
    }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
    Documents documents_{home_.records(), parser_, instance_.clock};
    WallTime const now_ = instance_.clock.now();
};

TEST_F(DocumentsTest, OfTwoWritersOfOneVersionOneIsSecond) {
    Stored<KnownDevice> const made{.value = {}, .id = "d", .version = 0};
    ASSERT_TRUE(write(made));
    auto first = *must(documents_.read<KnownDevice>("d"));
    auto second = *must(documents_.read<KnownDevice>("d"));
    first->add(UserId("ada"));
    EXPECT_TRUE(write(first));
    second->add(UserId("eve"));
    EXPECT_FALSE(write(second));
    auto const stands = *must(documents_.read<KnownDevice>("d"));
    EXPECT_TRUE(stands.value.knows(UserId("ada")));
    EXPECT_FALSE(stands.value.knows(UserId("eve")));
}

TEST_F(DocumentsTest, WhatWasRemovedIsNotThereAndCanBeMadeAnew) {
    Stored<KnownDevice> const made{.value = {}, .id = "d", .version = 0};
    ASSERT_TRUE(write(made));
    request::Prepared prepared;
    auto const stored = *must(documents_.read<KnownDevice>("d"));
    ASSERT_TRUE(documents_.remove(stored, prepared).has_value());
    ASSERT_TRUE(commit(prepared));
    EXPECT_FALSE(must(documents_.read<KnownDevice>("d")).has_value());
    EXPECT_TRUE(write(made));
    EXPECT_TRUE(must(documents_.read<KnownDevice>("d")).has_value());
}

TEST_F(DocumentsTest, ASignInAttemptKeepsWhatIsHalfDone) {
    Stored<SignInAttempt> attempt{.value = {}, .id = "a", .version = 0};
    attempt->secret.fill(7);
    attempt->user_name = "ada";
    attempt->half =
        FirstHalf{.user = UserId("0123"), .provider_roles = {*request::RoleName::parse("nurse")}};
    attempt->ceremony = {1, 2, 3};
    attempt->totp_secret = SecretBytes(Bytes{4, 5, 6});
    attempt->began = now_;
    ASSERT_TRUE(write(attempt, attempt->expires()));
    auto const stored = *must(documents_.read<SignInAttempt>("a"));
    EXPECT_EQ(stored.value.secret, attempt->secret);
    EXPECT_EQ(stored.value.user_name, "ada");
    ASSERT_TRUE(stored.value.half.has_value());
    EXPECT_EQ(stored.value.half->user, UserId("0123"));
    EXPECT_EQ(stored.value.half->provider_roles, attempt->half->provider_roles);
    EXPECT_EQ(stored.value.ceremony, attempt->ceremony);
    EXPECT_TRUE(stored.value.totp_secret == attempt->totp_secret);
    EXPECT_EQ(stored.value.expires(), now_ + limits::kSignInAttemptLife);
}

TEST_F(DocumentsTest, RolesOfASignInAreKeptWithWhatRestsOnIt) {
    request::RoleNames const roles{*request::RoleName::parse("nurse"),
                                   *request::RoleName::parse("physician")};
    Stored<Session> session{.value = {}, .id = "s", .version = 0};
    session->provider_roles = roles;
    ASSERT_TRUE(write(session));
    EXPECT_EQ(must(documents_.read<Session>("s"))->value.provider_roles, roles);
    Stored<Grant> grant{.value = {}, .id = "g", .version = 0};
    grant->scope = *request::parse_scope_request("user/Patient.r");
    grant->provider_roles = roles;
    ASSERT_TRUE(write(grant));
    EXPECT_EQ(must(documents_.read<Grant>("g"))->value.provider_roles, roles);
}

// Documents of before there were roles.
TEST_F(DocumentsTest, WhatSaysNothingOfRolesHasNone) {
    User user;
    user.id = UserId("0123");
    user.user_name = user.display_name = "ada";
    EXPECT_EQ(user.to_json().find("roles"), std::string::npos);
    auto const document = must(parser_.parse(user.to_json()));
    EXPECT_TRUE(must(User::from_json(document.root())).roles.empty());
    auto text = user.to_json();
    text.insert(1, R"("roles":["Nurse"],)");
    auto const damaged = must(parser_.parse(text));
    EXPECT_EQ(User::from_json(damaged.root()).error().code, Errc::corrupt);
}

TEST_F(DocumentsTest, AThrottleIsKept) {
    Stored<StoredThrottle> throttle{.value = {}, .id = "user/ada", .version = 0};
    for (int i = 0; i < 6; ++i) throttle->throttle.failed(now_);
    ASSERT_TRUE(write(throttle));
    auto const stored = *must(documents_.read<StoredThrottle>("user/ada"));
    EXPECT_EQ(stored.value.throttle, throttle->throttle);
    EXPECT_FALSE(stored.value.throttle.allowed(now_));
}

TEST(SessionTest, EndsByIdlingByAgeAndWithItsGeneration) {
    WallTime const now{seconds(1'795'421'730)};
    Session session;
    session.generation = 3;
    session.began = session.used = now;
    EXPECT_TRUE(is_live(session, 3, now + limits::kSessionIdle));
    EXPECT_FALSE(is_live(session, 4, now));
    EXPECT_FALSE(is_live(session, 2, now));
    EXPECT_FALSE(is_live(session, 3, now + limits::kSessionIdle + limits::kSessionTouch));
    session.used = now + limits::kSessionLife;
    EXPECT_FALSE(is_live(session, 3, now + limits::kSessionLife));
}

// A clock that was years ahead, and was put right.
TEST(SessionTest, CountsForNothingIfItIsDatedAhead) {
    WallTime const now{seconds(1'795'421'730)};
    Session session;
    session.began = session.used = session.authenticated = now + limits::kClockSkew;
    EXPECT_TRUE(is_live(session, 0, now));
    session.began = now + hours(24 * 365);
    EXPECT_FALSE(is_live(session, 0, now));
    session.began = now;
    session.authenticated = now + hours(24 * 365);  // a new proof in a session of before
    EXPECT_FALSE(is_live(session, 0, now));
    Grant grant;
    grant.given = grant.authenticated = now + limits::kClockSkew;
    EXPECT_FALSE(grant.is_dated_ahead(now));
    grant.authenticated += seconds(1);
    EXPECT_TRUE(grant.is_dated_ahead(now));
    grant.authenticated = now;
    grant.given += seconds(1);
    EXPECT_TRUE(grant.is_dated_ahead(now));
}

// RE1.
TEST(AssuranceTest, NothingBelowTwoFactorsSatisfiesAnything) {
    for (auto const needed : {Assurance::none, Assurance::recovery, Assurance::multi_factor,
                              Assurance::phishing_resistant}) {
        EXPECT_FALSE(satisfies(Assurance::none, needed));
        EXPECT_FALSE(satisfies(Assurance::recovery, needed));
        EXPECT_TRUE(satisfies(Assurance::phishing_resistant, needed));
    }
    EXPECT_TRUE(satisfies(Assurance::multi_factor, Assurance::none));
    EXPECT_FALSE(satisfies(Assurance::multi_factor, Assurance::phishing_resistant));
    EXPECT_EQ(assurance_of("phr"), Assurance::phishing_resistant);
    EXPECT_EQ(assurance_of("phrh"), Assurance::none);
}

TEST(KnownDeviceTest, ForgetsWhoWasAwayTheLongest) {
    KnownDevice device;
    for (std::size_t i = 0; i <= limits::kUsersOfDevice; ++i)
        device.add(UserId("user" + std::to_string(i)));
    EXPECT_EQ(device.users.size(), limits::kUsersOfDevice);
    EXPECT_FALSE(device.knows(UserId("user0")));
    device.add(UserId("user1"));
    device.add(UserId("one more"));
    EXPECT_TRUE(device.knows(UserId("user1")));
    EXPECT_FALSE(device.knows(UserId("user2")));
}

TEST(SecretIdTest, IsWhatItMadeAndNothingElse) {
    crypto::SystemRandom random;
    auto const made = SecretId::make(random);
    EXPECT_EQ(SecretId::parse(made.text())->secret, made.secret);
    EXPECT_TRUE(matches(made, made.hash()));
    EXPECT_FALSE(matches(SecretId::make(random), made.hash()));
    for (auto const& wrong : {std::string(), std::string("."), std::string("a.b"), made.id,
                              made.id + "." + made.secret + "A", made.text() + "." + made.secret})
        EXPECT_FALSE(SecretId::parse(wrong).has_value()) << wrong;
    EXPECT_NE(made.form_token(), SecretId::make(random).form_token());
    EXPECT_EQ(made.form_token().find(made.secret), std::string::npos);
}

TEST(UserNameTest, HasOneSpelling) {
    EXPECT_EQ(user_name_of(" Ada.Example "), "ada.example");
    for (std::string const& wrong :
         {std::string(), std::string("  "), std::string("a b"), std::string("a\tb"),
          std::string("a\0b", 3), std::string(limits::kUserNameBytes + 1, 'a')})
        EXPECT_FALSE(user_name_of(wrong).has_value()) << wrong.size();
}

}  // namespace
}  // namespace salus::identity

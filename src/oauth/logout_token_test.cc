// What a logout token says, and that it passes for nothing else (LO2, T9).
#include "oauth/logout_token.h"

#include <gtest/gtest.h>

#include "oauth/id_token.h"
#include "oauth/people_for_test.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::PeopleRoom;

class LogoutTokenTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string token(std::string const& session) {
        return issue_logout_token(
            room_.tenant(), room_.keys(), room_.person().id,
            {.client = ClientId("app"), .session = session, .ended = instance_.clock.now()},
            instance_.random, instance_.clock.now());
    }
    [[nodiscard]] Result<jose::Verified> verified(std::string const& text, Literal type) {
        jose::VerifyOptions options;
        options.type = type;
        return jose::verify_compact(text, room_.keys().current()->verifying_keys(), options);
    }

    testing::TestInstance instance_;
    PeopleRoom room_{instance_};
};

TEST_F(LogoutTokenTest, SaysWhoseSessionEndedToOneClient) {
    auto const now = to_unix_seconds(instance_.clock.now());
    auto const all = must(verified(token("s1"), "logout+jwt"));
    auto const claims = all.payload.root();
    EXPECT_EQ(claims.text_member("iss"), room_.tenant().issuer());
    EXPECT_EQ(claims.text_member("aud"), "app");
    EXPECT_EQ(claims.text_member("sub"), room_.person().id.text());
    EXPECT_EQ(claims.text_member("sid"), session_name("s1"));
    EXPECT_EQ(claims.member("iat")->integer(), now);
    EXPECT_EQ(claims.member("exp")->integer(), now + 120);
    auto const events = claims.member("events");
    ASSERT_TRUE(events && events->is_object());
    auto const event = events->member("http://schemas.openid.net/event/backchannel-logout");
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->raw(), "{}");
    EXPECT_FALSE(claims.member("nonce").has_value());
}

// The name of a session is that of the ID tokens of it.
TEST_F(LogoutTokenTest, NamesTheSessionAsTheIdTokenDoes) {
    auto const tokens = room_.tokens(PeopleRoom::redemption(room_.code_for(room_.asked())));
    auto const id_token = must(verified(tokens.texts.at("id_token"), "JWT"));
    auto const logout = must(verified(token(room_.session().id), "logout+jwt"));
    EXPECT_EQ(logout.payload.root().text_member("sid"), id_token.payload.root().text_member("sid"));
    EXPECT_EQ(logout.payload.root().text_member("sub"), id_token.payload.root().text_member("sub"));
}

TEST_F(LogoutTokenTest, WithoutASessionItIsOfAllAndEachHasItsName) {
    auto const first = must(verified(token({}), "logout+jwt"));
    auto const second = must(verified(token({}), "logout+jwt"));
    EXPECT_FALSE(first.payload.root().member("sid").has_value());
    EXPECT_NE(first.payload.root().text_member("jti"), second.payload.root().text_member("jti"));
}

TEST_F(LogoutTokenTest, PassesForNoOtherTokenT9JW5) {
    auto const text = token("s1");
    EXPECT_FALSE(verified(text, "JWT").has_value());
    EXPECT_FALSE(verified(text, "at+jwt").has_value());
    EXPECT_FALSE(room_.stands(text));
}

}  // namespace
}  // namespace salus::oauth

// What ends with a grant, and what ends a grant, beyond the steps of person_grants_test.cc: old
// refresh tokens, sessions that idled, and the grant that falls out of a full list. RF2, RF4, IN1.
#include <gtest/gtest.h>
#include <tuple>

#include "foundation/oauth_limits.h"
#include "foundation/sign_in_limits.h"
#include "oauth/people_for_test.h"

namespace salus::oauth {
namespace {

using testing::must;
using testing::PeopleRoom;

class GrantEndingTest : public ::testing::Test {
protected:
    using Answer = PeopleRoom::Answer;

    [[nodiscard]] std::string code() { return room_.code_for(room_.asked()); }
    [[nodiscard]] Answer redeem(std::string const& code) {
        return room_.tokens(PeopleRoom::redemption(code));
    }
    [[nodiscard]] Answer refresh(std::string const& token) {
        return room_.tokens(PeopleRoom::refreshing(token));
    }
    [[nodiscard]] std::string grant_of(std::string const& token) {
        auto const first = token.find('.');
        auto const payload =
            from_base64url(token.substr(first + 1, token.find('.', first + 1) - first - 1));
        auto const claims = must(parser_.parse(std::string(text_of(*payload))));
        return claims.root().text_member("grant_id").value_or("");
    }

    testing::TestInstance instance_;
    PeopleRoom room_{instance_};
    json::Parser parser_;
};

// A thief who rotates twice at once would else be rid of the owner's alarm.
TEST_F(GrantEndingTest, ATokenFromLongAgoEndsItsFamilyTooR1) {
    auto const other = redeem(code());
    auto const first = redeem(code());
    auto const second = refresh(first.texts.at("refresh_token"));
    auto const third = refresh(second.texts.at("refresh_token"));
    auto fourth = refresh(third.texts.at("refresh_token"));
    ASSERT_EQ(fourth.status, 200);
    // One that nobody gave is no former one, although whose grant is meant stands in tokens.
    auto made_up = fourth.texts.at("refresh_token");
    made_up.back() = made_up.back() == 'A' ? 'E' : 'A';
    EXPECT_EQ(refresh(made_up).status, 400);
    auto unmarked = made_up.substr(0, made_up.find('.') + 1) + crypto::random_id(instance_.random);
    EXPECT_EQ(refresh(unmarked).status, 400);
    EXPECT_EQ(
        refresh(other.texts.at("refresh_token").substr(0, 22) + made_up.substr(made_up.find('.')))
            .status,
        400);
    fourth = refresh(fourth.texts.at("refresh_token"));
    ASSERT_EQ(fourth.status, 200);

    EXPECT_EQ(refresh(first.texts.at("refresh_token")).status, 400);
    EXPECT_EQ(refresh(fourth.texts.at("refresh_token")).status, 400);
    EXPECT_FALSE(room_.stands(fourth.texts.at("access_token")));
    EXPECT_EQ(refresh(other.texts.at("refresh_token")).status, 200);
}

// Whoever has more than that many has no token of what fell out, in no event loop.
TEST_F(GrantEndingTest, TheGrantThatFallsOutIsForgottenEverywhereT12) {
    auto const first = redeem(code());
    auto const grant = grant_of(first.texts.at("access_token"));
    auto const epoch = room_.guards().revocations.epoch();
    for (std::size_t i = 0; i < limits::kGrantsOfUser; ++i) std::ignore = code();
    EXPECT_FALSE(room_.stands(first.texts.at("access_token")));
    EXPECT_EQ(room_.guards().revocations.since(epoch).names, std::vector{grant});
}

// A session that idled ends by no event, so introspection has to look (IN1).
TEST_F(GrantEndingTest, OfAnIdleSessionNoRefreshTokenIsToldActiveRF4) {
    auto const key = testing::ClientKey::make("k");
    room_.add_client(testing::OauthRoom::client_json("watcher", {key.jwk()}, "admin/tokens.read"));
    room_.add_client(
        PeopleRoom::public_client("online", "openid online_access patient/Observation.rs"));
    int asked_times = 0;
    auto const is_active = [&](Answer const& tokens) {
        auto const now = to_unix_seconds(instance_.clock.now());
        auto const assertion = key.sign({{"iss", R"("watcher")"},
                                         {"sub", R"("watcher")"},
                                         {"aud", "\"" + room_.tenant().token_endpoint() + "\""},
                                         {"exp", std::to_string(now + 60)},
                                         {"jti", "\"" + std::to_string(++asked_times) + "\""}});
        auto const answer =
            room_.ask(&TokenStatus::introspect,
                      testing::form_of({{"token", tokens.texts.at("refresh_token")},
                                        {"client_assertion_type",
                                         "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                                        {"client_assertion", assertion}}));
        return room_.body(answer).root().member("active")->boolean();
    };
    auto const online_asked = PeopleRoom::with(room_.asked("online"), "scope",
                                               "openid online_access patient/Observation.rs");
    auto const online =
        room_.tokens(PeopleRoom::redemption(room_.code_for(online_asked), "online"));
    auto const offline = redeem(code());
    EXPECT_TRUE(is_active(online));
    instance_.clock.advance(limits::kSessionIdle + limits::kSessionTouch);
    EXPECT_FALSE(is_active(online));
    EXPECT_TRUE(is_active(offline));
}

}  // namespace
}  // namespace salus::oauth

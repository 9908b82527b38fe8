// A request that lacks what the outside provider says waits for it, and is prepared again.
#include <gmock/gmock.h>

#include "pipeline/pipeline_for_test.h"

namespace salus::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// What stands between two marks in a text.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
    auto const at = text.find(before);
    if (at == std::string_view::npos) return {};
    auto const begin = at + before.size();
    return std::string(text.substr(begin, text.find(after, begin) - begin));
}

class OutsideProviderPathTest : public ::testing::Test {
protected:
    // Like a browser that has just opened the page of this tenant.
    http::Response leave(std::string const& path) {
        auto const page = room_.send({.target = path + "/sign-in"});
        cookie_ = between(page.headers.get("Set-Cookie").value_or(""), "", ";");
        auto const token = between(PipelineRoom::body(page), "name=\"token\" value=\"", "\"");
        return room_.send({.method = http::Method::post,
                           .target = path + "/sign-in/provider",
                           .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                                       {"Cookie", cookie_}},
                           .body = "token=" + token});
    }

    ProviderForTest network_;
    PipelineRoom room_{&network_};
    std::string cookie_;
};

TEST_F(OutsideProviderPathTest, ARequestWaitsAndIsPreparedAgain) {
    auto const left = leave("");
    EXPECT_EQ(left.status, 200);
    EXPECT_EQ(network_.gets, 1);
    std::string const url(left.headers.get("Refresh").value_or(""));
    EXPECT_THAT(url, StartsWith("0;url=https://login.example/auth?"));
    network_.say(between(url, "nonce=", "&"), room_.instance().clock.now());
    auto const back =
        room_.send({.target = "/sign-in/provider?code=c&iss=https%3A%2F%2Flogin.example&state=" +
                              between(url, "&state=", "&"),
                    .headers = {{"Cookie", cookie_}}});
    // Nobody is linked with that account, which the provider alone could say.
    EXPECT_EQ(back.status, 403);
    EXPECT_EQ(network_.posts, 1);
    EXPECT_THAT(room_.last_leaf(), HasSubstr("sign-in.provider-unknown-subject"));
}

TEST_F(OutsideProviderPathTest, AProviderThatIsAwayIsNoFault) {
    network_.is_down = true;
    auto const left = leave("");
    EXPECT_EQ(left.status, 503);
    EXPECT_THAT(PipelineRoom::body(left), HasSubstr("does not answer as it should"));
}

TEST_F(OutsideProviderPathTest, OtherTenantsHaveNone) {
    EXPECT_EQ(leave("/t/north").status, 404);
    EXPECT_EQ(network_.gets, 0);
}

}  // namespace
}  // namespace salus::testing

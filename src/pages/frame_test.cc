#include "pages/frame.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "pages/html.h"

namespace salus::pages {
namespace {

std::string policy_of(Powers const& powers) {
    http::Headers headers;
    add_headers(headers, powers);
    return std::string(headers.get("Content-Security-Policy").value_or(""));
}

TEST(Html, EscapesEverythingThatIsNoMarkupOfTheSource) {
    Html html;
    html.element("p", R"(<script>alert("1")</script>&'x)", {{"title", R"("><b>')"}});
    EXPECT_EQ(html.view(),
              "<p title=\"&quot;&gt;&lt;b&gt;&#39;\">&lt;script&gt;alert(&quot;1&quot;)"
              "&lt;/script&gt;&amp;&#39;x</p>\n");
    Html hidden;
    hidden.hidden("next", "\"><script>");
    EXPECT_EQ(hidden.view(),
              R"(<input type="hidden" name="next" value="&quot;&gt;&lt;script&gt;">)");
}

TEST(Html, ANameHasNoEffectOnTheTextAroundIt) {
    Html html;
    html.open("h1").name("\u202elive <b>").text(" asks for access").close("h1");
    EXPECT_EQ(html.view(), "<h1><bdi>\u202elive &lt;b&gt;</bdi> asks for access</h1>\n");
}

TEST(Frame, AMessageSaysWhereToGoOn) {
    EXPECT_EQ(message_page("x", "y").find("<a "), std::string::npos);
    EXPECT_NE(
        message_page("x", "y", {"/account\"", "On"}).find("<a href=\"/account&quot;\">On</a>"),
        std::string::npos);
}

TEST(Frame, TitleAndSentenceAreText) {
    auto const page = message_page("<b>", "a & b < c");
    EXPECT_NE(page.find("<title>&lt;b&gt; "), std::string::npos);
    EXPECT_NE(page.find("<p>a &amp; b &lt; c</p>"), std::string::npos);
    EXPECT_EQ(page.find("<b>"), std::string::npos);
}

TEST(Frame, NothingRunsAndNothingFramesAPageF11) {
    auto const policy = policy_of({});
    EXPECT_TRUE(policy.starts_with("default-src 'none';")) << policy;
    EXPECT_EQ(policy.find("script-src"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_NE(policy.find("form-action 'self';"), std::string::npos);
    EXPECT_NE(policy_of({.script = true}).find("script-src 'self';"), std::string::npos);
    EXPECT_NE(policy_of({.script = false, .form_targets = "https://app.example"})
                  .find("form-action 'self' https://app.example;"),
              std::string::npos);
}

TEST(Frame, TheStyleOfTheDocumentIsTheOneThatThePolicyNames) {
    auto const page = document("x", "");
    auto const begin = page.find("<style>") + 7;
    auto const text = page.substr(begin, page.find("</style>") - begin);
    auto const hash = "'sha256-" + to_base64(crypto::sha256(bytes_of(text))) + "'";
    EXPECT_NE(policy_of({}).find(hash), std::string::npos);
}

}  // namespace
}  // namespace salus::pages

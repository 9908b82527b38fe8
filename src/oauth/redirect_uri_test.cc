#include "oauth/redirect_uri.h"

#include <gtest/gtest.h>

namespace salus::oauth {
namespace {

TEST(RedirectUri, WhatMayBeRegistered) {
    for (auto const* uri :
         {"https://app.example/callback", "https://app.example:8443/cb?a=b", "https://app.example",
          "http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", "http://[::1]:80/cb",
          "https://[2001:db8::1]/cb"}) {
        EXPECT_TRUE(is_redirect_uri(uri)) << uri;
    }
}

TEST(RedirectUri, WhatMayNotAZ3) {
    for (auto const* uri : {"",
                            "/callback",
                            "app:/callback",
                            "http://app.example/cb",
                            "http://localhost/cb",
                            "http://127.0.0.1.evil.test/cb",
                            "http://127.0.0.2/cb",
                            "https://user@app.example/cb",
                            "https://app.example@evil.test/",
                            "https://a@@evil.test/",
                            "https://app.example/cb#x",
                            "https://app.example/cb#",
                            "https:///cb",
                            "https://:443/cb",
                            "https://app.example:/cb",
                            "https://app.example:x/cb",
                            "https://app.example:123456/cb",
                            "https://APP.example/cb",
                            "https://app..example/cb",
                            "https://.example/cb",
                            "https://app.example\\evil.test/",
                            "https://app.example/\tcb",
                            "https://app.example/c b",
                            "https://\xc3\xa4.example/cb",
                            "javascript:alert(1)",
                            "JavaScript:alert(1)",
                            "data:text/html,x",
                            "HTTPS://app.example/cb",
                            "https://*.example/cb",
                            "//app.example/cb",
                            "https:app.example"}) {
        EXPECT_FALSE(is_redirect_uri(uri)) << uri;
    }
}

TEST(RedirectUri, IsComparedByteForByteF1) {
    std::vector<std::string> const registered{"https://app.example/callback"};
    EXPECT_TRUE(matches_redirect_uri(registered, "https://app.example/callback"));
    for (auto const* uri : {"https://app.example/callback/",
                            "https://app.example/callback/x",
                            "https://app.example/",
                            "https://app.example/call",
                            "https://app.example/callback?x=1",
                            "https://app.example/callback#x",
                            "https://app.example/x/..;/callback",
                            "https://app.example/%63allback",
                            "https://app.example/callback%2e",
                            "https://app.example:443/callback",
                            "https://app.example:8443/callback",
                            "https://evil@@app.example/callback",
                            "https://app.example\\@evil.test/callback",
                            "https://App.example/callback",
                            "https://app.example/Callback",
                            "http://app.example/callback",
                            "https://app.example.evil.test/callback",
                            "https://localhost.evil.test/callback",
                            "https://\xd0\xb0pp.example/callback",
                            "https://app.example//callback",
                            "https://app.example/./callback",
                            ""}) {
        EXPECT_FALSE(matches_redirect_uri(registered, uri)) << uri;
    }
}

TEST(RedirectUri, OfALoopbackAddressThePortMayDiffer) {
    std::vector<std::string> const registered{"http://127.0.0.1/cb", "http://[::1]:1234/cb"};
    EXPECT_TRUE(matches_redirect_uri(registered, "http://127.0.0.1:50123/cb"));
    EXPECT_TRUE(matches_redirect_uri(registered, "http://[::1]/cb"));
    EXPECT_FALSE(matches_redirect_uri(registered, "http://127.0.0.1:50123/other"));
    EXPECT_FALSE(matches_redirect_uri(registered, "http://localhost:50123/cb"));
    EXPECT_FALSE(matches_redirect_uri(registered, "https://127.0.0.1:50123/cb"));
    EXPECT_FALSE(matches_redirect_uri(registered, "http://127.0.0.1:50123@evil.test/cb"));
}

TEST(RedirectUri, OriginIsSchemeAndAuthority) {
    EXPECT_EQ(origin_of("https://app.example:8443/cb?x"), "https://app.example:8443");
    EXPECT_EQ(origin_of("https://app.example"), "https://app.example");
    EXPECT_EQ(origin_of("https://app.example?x=/"), "https://app.example");
}

}  // namespace
}  // namespace salus::oauth

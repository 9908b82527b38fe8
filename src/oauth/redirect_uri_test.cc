// Attack F1: everything that a careless comparison would take for the registered address.
#include "oauth/redirect_uri.h"

#include <gtest/gtest.h>
#include <string>

#include "foundation/oauth_limits.h"

namespace salus::oauth {
namespace {

TEST(RedirectUri, WhatMayBeRegistered) {
    for (auto const* uri :
         {"https://app.example/cb", "https://app.example", "https://app.example:8443/cb?x=1",
          "https://app.example/a/b.c/d", "https://app.example/...", "http://127.0.0.1/cb",
          "http://127.0.0.1:8080/cb", "http://[::1]:1/cb", "https://[2001:db8::1]:444/cb",
          "https://xn--bcher-kva.example/cb"}) {
        EXPECT_TRUE(is_redirect_uri(uri)) << uri;
    }
}

TEST(RedirectUri, WhatMayNot) {
    for (auto const* uri : {"",
                            "/cb",
                            "//app.example/cb",
                            "https:",
                            "https://",
                            "https:///cb",
                            "http://app.example/cb",
                            "http://localhost/cb",
                            "http://127.0.0.1.evil.test/cb",
                            "http://127.0.0.1@evil.test/cb",
                            "http://127.0.0.2/cb",
                            "http://[::1].evil.test/cb",
                            "http://127.0.0.1:0/cb",
                            "http://127.0.0.1:65536/cb",
                            "http://127.0.0.1:080/cb",
                            "http://127.0.0.1:/cb",
                            "https://app.example/cb#fragment",
                            "https://app.example/cb#",
                            "https://user@app.example/cb",
                            "https://a:b@app.example/cb",
                            "https://app.example\\@evil.test/cb",
                            "https://app.example/cb/../x",
                            "https://app.example/cb/..;/x",
                            "https://app.example/%2e%2e/x",
                            "https://app.example/%2E./x",
                            "https://app.example/./x",
                            "https://app.example/cb/..",
                            "https://*.app.example/cb",
                            "https://app.example/*",
                            "HTTPS://app.example/cb",
                            "https://App.example/cb",
                            "https://app.example./cb",
                            "https://app..example/cb",
                            "https://app.example:/cb",
                            "https://app.example:99999/cb",
                            "https://app.exämple/cb",
                            "https://app.example/c b",
                            "https://app.example/cb\n",
                            " https://app.example/cb",
                            "https://app%2eexample/cb",
                            "javascript:alert(1)",
                            "JaVaScRiPt:alert(1)",
                            "data:text/html,x",
                            "DATA:text/html,x",
                            "com.example.app:/cb",
                            "https://app.example/<x>",
                            "https://app.example/`",
                            "https://[::1/cb",
                            "https://[zz::1]/cb",
                            "ftp://app.example/cb"}) {
        EXPECT_FALSE(is_redirect_uri(uri)) << uri;
    }
    std::string const base = "https://app.example/";
    EXPECT_TRUE(is_redirect_uri(base + std::string(limits::kRedirectUriBytes - base.size(), 'a')));
    EXPECT_FALSE(
        is_redirect_uri(base + std::string(limits::kRedirectUriBytes - base.size() + 1, 'a')));
}

TEST(RedirectUri, OnlyTheRegisteredBytes) {
    std::string const registered = "https://app.example/cb?x=1";
    EXPECT_TRUE(is_registered_redirect(registered, registered));
    for (auto const* uri :
         {"https://app.example/cb", "https://app.example/cb?x=1&y=2", "https://app.example/cb?x=1#",
          "https://app.example/cb/?x=1", "https://app.example:443/cb?x=1",
          "https://APP.example/cb?x=1", "https://app.example/CB?x=1",
          "https://app.example/c%62?x=1", "https://app.example/cb?x=1 ",
          "https://app.example.evil.test/cb?x=1", "https://evil.test/https://app.example/cb?x=1",
          "https://app.example@evil.test/cb?x=1", "https://app.example/cb/../cb?x=1",
          "https://app.example//cb?x=1", "http://app.example/cb?x=1", "https://app.example/cb?x=1;",
          ""}) {
        EXPECT_FALSE(is_registered_redirect(uri, registered)) << uri;
    }
}

TEST(RedirectUri, TheLoopbackPortMayVaryAndNothingElse) {
    std::string const registered = "http://127.0.0.1/cb";
    EXPECT_TRUE(is_registered_redirect("http://127.0.0.1:49152/cb", registered));
    EXPECT_TRUE(is_registered_redirect("http://127.0.0.1/cb", "http://127.0.0.1:8080/cb"));
    EXPECT_TRUE(is_registered_redirect("http://[::1]:5000/cb", "http://[::1]/cb"));
    for (auto const* uri :
         {"http://127.0.0.1:49152/other", "http://[::1]:49152/cb", "http://127.0.0.1:49152/cb?x=1",
          "http://127.0.0.1:x/cb", "http://127.0.0.1:1@evil.test/cb", "http://127.0.0.1:1.evil/cb",
          "http://127.0.0.1.evil.test/cb", "http://localhost:49152/cb", "https://127.0.0.1:1/cb"}) {
        EXPECT_FALSE(is_registered_redirect(uri, registered)) << uri;
    }
    EXPECT_FALSE(is_registered_redirect("https://app.example:444/cb", "https://app.example/cb"));
}

}  // namespace
}  // namespace salus::oauth

#include "app/sign_in_section.h"

#include <gtest/gtest.h>

namespace salus::app {
namespace {

using authorization::Assurance;
using authorization::SignIn;
using authorization::SignIns;
using namespace std::chrono_literals;

SignIns read(std::string_view text, std::string& why) {
    auto const parsed = toml::parse(text);
    EXPECT_TRUE(parsed) << text;
    Section section(&parsed.table(), "policy.TREAT", why);
    auto sign_ins = read_sign_ins(section, "TREAT", why);
    section.finish();
    return sign_ins;
}

TEST(SignInSection, WhatIsNotSaidIsStrong) {
    std::string why;
    auto const none = read("", why);
    EXPECT_EQ(none.read, (SignIn{Assurance::multi_factor, 0s}));
    EXPECT_EQ(none.administration, (SignIn{Assurance::multi_factor, 900s}));
    auto const some = read("acr.write = ['phr']\nmax_age.administration = 60", why);
    EXPECT_EQ(some.read, none.read);
    EXPECT_EQ(some.write, (SignIn{Assurance::phishing_resistant, 0s}));
    EXPECT_EQ(some.administration, (SignIn{Assurance::multi_factor, 60s}));
    EXPECT_EQ(why, "");
}

TEST(SignInSection, TakesEachClass) {
    std::string why;
    auto const all = read(
        "acr = {read = ['mfa'], write = ['mfa', 'phr'], administration = ['phr']}\n"
        "max_age = {read = 1, write = 2, administration = 0}",
        why);
    EXPECT_EQ(all.read, (SignIn{Assurance::multi_factor, 1s}));
    EXPECT_EQ(all.write, (SignIn{Assurance::multi_factor, 2s}));
    EXPECT_EQ(all.administration, (SignIn{Assurance::phishing_resistant, 0s}));
    EXPECT_EQ(why, "");
}

TEST(SignInSection, RefusesByName) {
    for (auto const& [text, said] : std::vector<std::pair<char const*, char const*>>{
             {"acr.read = []", "policy.TREAT.acr.read"},
             {"acr.read = ['pwd']", "policy.TREAT.acr.read"},
             {"acr.read = ['mfa', 'recovery']", "policy.TREAT.acr.read"},
             {"acr.read = 'mfa'", "policy.TREAT.acr.read"},
             {"acr.delete = ['mfa']", "policy.TREAT.acr.delete"},
             {"acr = ['mfa']", "policy.TREAT.acr"},
             {"max_age.write = -1", "policy.TREAT.max_age.write"},
             {"max_age.write = 2592001", "policy.TREAT.max_age.write"},
             {"max_age.write = '60'", "policy.TREAT.max_age.write"},
             {"max_age.search = 60", "policy.TREAT.max_age.search"},
             {"max_age = 60", "policy.TREAT.max_age"}}) {
        std::string why;
        static_cast<void>(read(text, why));
        EXPECT_TRUE(why.starts_with(said)) << text << ": " << why;
    }
}

}  // namespace
}  // namespace salus::app

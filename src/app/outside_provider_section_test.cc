#include "app/outside_provider_section.h"

#include <gtest/gtest.h>

namespace salus::app {
namespace {

Configuration read_provider(std::string const& text, std::string& why) {
    auto const parsed = toml::parse(text);
    EXPECT_TRUE(parsed) << text;
    Configuration configuration;
    configuration.directory = "/instance";
    configuration.server.public_url = "https://localhost:8443";
    read_sign_in(&parsed.table(), configuration, why);
    return configuration;
}

constexpr char const* kLeast =
    "[provider]\nissuer = 'https://login.example/realm'\nclient_id = 'salus'\nname = 'Hospital'\n";

TEST(OutsideProviderSection, WhatIsNotSaidProvesNothing) {
    std::string why;
    auto const provider = read_provider(kLeast, why).outside_provider;
    EXPECT_EQ(why, "");
    ASSERT_TRUE(provider.has_value());
    EXPECT_EQ(provider->settings.issuer, "https://login.example/realm");
    EXPECT_EQ(outside_provider::most_of(provider->settings), identity::Assurance::none);
    EXPECT_TRUE(provider->networks.empty());
    EXPECT_EQ(provider->authorities, OauthConfiguration::kSystemAuthorities);
}

TEST(OutsideProviderSection, TakesAll) {
    std::string why;
    auto const provider =
        read_provider(std::string(kLeast) +
                          "authorities = 'tls/login.crt'\nnetworks = ['10.0.0.0/8']\n"
                          "multi_factor = {acr = ['mfa'], amr = ['otp', 'sms']}\n"
                          "[provider.phishing_resistant]\nacr = ['phr', 'urn:a:b']\n",
                      why)
            .outside_provider;
    EXPECT_EQ(why, "");
    ASSERT_TRUE(provider.has_value());
    using Values = std::vector<std::string>;
    EXPECT_EQ(provider->settings.multi_factor.acr, Values{"mfa"});
    EXPECT_EQ(provider->settings.multi_factor.amr, (Values{"otp", "sms"}));
    EXPECT_EQ(provider->settings.phishing_resistant.acr, (Values{"phr", "urn:a:b"}));
    EXPECT_TRUE(provider->settings.phishing_resistant.amr.empty());
    EXPECT_EQ(provider->authorities, "/instance/tls/login.crt");
    EXPECT_EQ(provider->networks.size(), 1U);
}

TEST(OutsideProviderSection, ClaimsMeanTheRolesThatItSays) {
    std::string why;
    auto const provider =
        read_provider(std::string(kLeast) +
                          "scopes = ['groups']\n"
                          "[[provider.roles]]\nclaim = 'groups'\nvalue = 'Cardiology Nurses'\n"
                          "role = 'nurse'\n"
                          "[[provider.roles]]\nclaim = 'https://login.example/job'\nvalue = 'MD'\n"
                          "role = 'physician'\n",
                      why)
            .outside_provider;
    EXPECT_EQ(why, "");
    ASSERT_TRUE(provider.has_value());
    auto const& rules = provider->settings.roles;
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].claim, "groups");
    EXPECT_EQ(rules[0].value, "Cardiology Nurses");
    EXPECT_EQ(rules[0].role.text(), "nurse");
    EXPECT_EQ(rules[1].claim, "https://login.example/job");
    EXPECT_EQ(provider->settings.scopes, std::vector<std::string>{"groups"});
    EXPECT_TRUE(read_provider(kLeast, why).outside_provider->settings.roles.empty());
}

TEST(OutsideProviderSection, NoClaimMeansARoleThatPeopleChoose) {
    auto const said = [](std::string const& rule) {
        std::string why;
        static_cast<void>(read_provider(std::string(kLeast) + "[[provider.roles]]\n" + rule, why));
        return why.substr(0, why.find(':'));
    };
    EXPECT_EQ(said("claim = 'groups'\nvalue = 'a'\nrole = 'nurse'"), "");
    for (auto const* claim : {"email", "email_verified", "preferred_username", "name", "profile",
                              "sub", "acr", "amr", "aud", "", "a b"}) {
        EXPECT_EQ(said("claim = '" + std::string(claim) + "'\nvalue = 'a'\nrole = 'nurse'"),
                  "sign_in.provider.roles.claim")
            << claim;
    }
    EXPECT_EQ(said("value = 'a'\nrole = 'nurse'"), "sign_in.provider.roles.claim");
    EXPECT_EQ(said("claim = 'g'\nvalue = ''\nrole = 'nurse'"), "sign_in.provider.roles.value");
    EXPECT_EQ(said("claim = 'g'\nvalue = ['a']\nrole = 'nurse'"), "sign_in.provider.roles.value");
    EXPECT_EQ(said("claim = 'g'\nvalue = 'a'\nrole = 'Nurse'"), "sign_in.provider.roles.role");
    EXPECT_EQ(said("claim = 'g'\nvalue = 'a'\nrole = 'nurse'\npattern = true"),
              "sign_in.provider.roles.pattern");
    std::string why;
    static_cast<void>(read_provider(std::string(kLeast) + "roles = ['nurse']", why));
    EXPECT_TRUE(why.starts_with("sign_in.provider.roles: ")) << why;
}

TEST(OutsideProviderSection, ClaimsGiveAFewRoles) {
    auto const with = [](int count) {
        std::string text = kLeast;
        for (int i = 0; i < count; ++i)
            text += "[[provider.roles]]\nclaim = 'g'\nvalue = 'a'\nrole = 'r" + std::to_string(i) +
                    "'\n";
        std::string why;
        static_cast<void>(read_provider(text, why));
        return why;
    };
    EXPECT_EQ(with(16), "");
    EXPECT_TRUE(with(17).starts_with("sign_in.provider.roles: ")) << with(17);
}

TEST(OutsideProviderSection, NobodyIsNamedWhereNothingIsSaid) {
    std::string why;
    EXPECT_FALSE(read_provider("", why).outside_provider.has_value());
    EXPECT_EQ(why, "");
}

TEST(OutsideProviderSection, RefusesByName) {
    auto const without = [](std::string const& name) {
        std::string text = "[provider]\n";
        for (auto const* line :
             {"issuer = 'https://a.example'\n", "client_id = 'salus'\n", "name = 'Hospital'\n"}) {
            if (!std::string(line).starts_with(name)) text += line;
        }
        return text;
    };
    for (auto const& [text, said] : std::vector<std::pair<std::string, std::string>>{
             {without("issuer"), "sign_in.provider.issuer"},
             {without("issuer") + "issuer = 'http://a.example'", "sign_in.provider.issuer"},
             {without("issuer") + "issuer = 'https://a.example/?a=b'", "sign_in.provider.issuer"},
             {without("client_id"), "sign_in.provider.client_id"},
             {without("client_id") + "client_id = 'https://localhost:8443'",
              "sign_in.provider.client_id"},
             {without("name") + "name = ''", "sign_in.provider.name"},
             {std::string(kLeast) + "client_secret = 'x'", "sign_in.provider.client_secret"},
             {std::string(kLeast) + "scopes = ['offline_access']", "sign_in.provider.scopes"},
             {std::string(kLeast) + "scopes = ['a b']", "sign_in.provider.scopes"},
             {std::string(kLeast) + "networks = ['everywhere']", "sign_in.provider.networks"},
             {std::string(kLeast) + "multi_factor = {acr = ['a b']}",
              "sign_in.provider.multi_factor.acr"},
             {std::string(kLeast) + "multi_factor = {acr = ['']}",
              "sign_in.provider.multi_factor.acr"},
             {std::string(kLeast) + "multi_factor = {email = ['a']}",
              "sign_in.provider.multi_factor.email"},
             {"trust = 'all'", "sign_in.trust"}}) {
        std::string why;
        static_cast<void>(read_provider(text, why));
        EXPECT_TRUE(why.starts_with(said)) << text << ": " << why;
    }
}

}  // namespace
}  // namespace salus::app

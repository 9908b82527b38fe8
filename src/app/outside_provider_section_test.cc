#include "app/outside_provider_section.h"

#include <gtest/gtest.h>

namespace salus::app {
namespace {

Configuration read(std::string const& text, std::string& why) {
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
    auto const provider = read(kLeast, why).outside_provider;
    EXPECT_EQ(why, "");
    ASSERT_TRUE(provider.has_value());
    EXPECT_EQ(provider->settings.issuer, "https://login.example/realm");
    EXPECT_EQ(outside_provider::most_of(provider->settings), identity::Assurance::none);
    EXPECT_TRUE(provider->networks.empty());
    EXPECT_EQ(provider->authorities, OauthConfiguration::kSystemAuthorities);
}

TEST(OutsideProviderSection, TakesAll) {
    std::string why;
    auto const provider = read(std::string(kLeast) +
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

TEST(OutsideProviderSection, NobodyIsNamedWhereNothingIsSaid) {
    std::string why;
    EXPECT_FALSE(read("", why).outside_provider.has_value());
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
             {std::string(kLeast) + "networks = ['everywhere']", "sign_in.provider.networks"},
             {std::string(kLeast) + "multi_factor = {acr = ['a b']}",
              "sign_in.provider.multi_factor.acr"},
             {std::string(kLeast) + "multi_factor = {acr = ['']}",
              "sign_in.provider.multi_factor.acr"},
             {std::string(kLeast) + "multi_factor = {email = ['a']}",
              "sign_in.provider.multi_factor.email"},
             {"trust = 'all'", "sign_in.trust"}}) {
        std::string why;
        static_cast<void>(read(text, why));
        EXPECT_TRUE(why.starts_with(said)) << text << ": " << why;
    }
}

}  // namespace
}  // namespace salus::app

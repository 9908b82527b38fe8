#include "app/access_context_section.h"

#include <gtest/gtest.h>

namespace salus::app {
namespace {

access_context::Settings read_section(std::string const& text, std::string& why) {
    auto const parsed = toml::parse(text);
    EXPECT_TRUE(parsed) << text;
    Configuration configuration;
    configuration.directory = "/instance";
    configuration.tenants = {TenantName("default"), TenantName("north")};
    read_access_context(&parsed.table(), configuration, why);
    return configuration.access_context;
}

TEST(AccessContextSection, WhatIsNotSaidIsOpen) {
    std::string why;
    for (auto const* text : {"",
                             "internal = []\ndeny_file = ''\nallow = []\nreputation_file = ''\n"
                             "geography_file = ''\ntime_zone = 'UTC'"}) {
        auto const settings = read_section(text, why);
        EXPECT_EQ(why, "");
        for (auto const* list : {&settings.internal, &settings.allow, &settings.deny}) {
            EXPECT_TRUE(list->networks.empty());
            EXPECT_TRUE(list->file.empty());
        }
        EXPECT_TRUE(settings.reputation_file.empty());
        EXPECT_TRUE(settings.geography_file.empty());
        EXPECT_EQ(settings.time_zone, "UTC");
        EXPECT_TRUE(settings.tenant_time_zones.empty());
    }
}

TEST(AccessContextSection, TakesAll) {
    std::string why;
    auto const settings = read_section(
        "internal = ['10.0.0.0/8', 'fd00::/8']\ninternal_file = 'networks/internal'\n"
        "allow = ['192.0.2.7']\nallow_file = '/etc/salus/allow'\n"
        "deny = ['198.51.100.0/24']\ndeny_file = 'networks/deny'\n"
        "reputation_file = 'networks/reputation'\ngeography_file = 'countries.mmdb'\n"
        "time_zone = 'America/New_York'\n[tenant_time_zones]\nnorth = 'Europe/Berlin'\n",
        why);
    EXPECT_EQ(why, "");
    EXPECT_EQ(settings.internal.networks.size(), 2U);
    EXPECT_EQ(settings.internal.file, "/instance/networks/internal");
    ASSERT_EQ(settings.allow.networks.size(), 1U);
    EXPECT_EQ(settings.allow.networks[0].prefix_bits(), 128U);
    EXPECT_EQ(settings.allow.file, "/etc/salus/allow");
    ASSERT_EQ(settings.deny.networks.size(), 1U);
    EXPECT_TRUE(settings.deny.networks[0].contains(*http::IpAddress::parse("198.51.100.9")));
    EXPECT_EQ(settings.deny.file, "/instance/networks/deny");
    EXPECT_EQ(settings.reputation_file, "/instance/networks/reputation");
    EXPECT_EQ(settings.geography_file, "/instance/countries.mmdb");
    EXPECT_EQ(settings.time_zone, "America/New_York");
    EXPECT_EQ(settings.tenant_time_zones.at(TenantName("north")), "Europe/Berlin");
}

TEST(AccessContextSection, RefusesByName) {
    for (auto const& [text, said] : std::vector<std::pair<char const*, char const*>>{
             {"internal = '10.0.0.0/8'", "access_context.internal"},
             {"allow = ['10.0.0.1/8']", "access_context.allow"},
             {"deny = ['fe80::1%eth0']", "access_context.deny"},
             {"deny = [10]", "access_context.deny"},
             {"deny_file = 7", "access_context.deny_file"},
             {"geography_file = []", "access_context.geography_file"},
             {"time_zone = 1", "access_context.time_zone"},
             {"tenant_time_zones = 'UTC'", "access_context.tenant_time_zones"},
             {"tenant_time_zones.south = 'UTC'", "access_context.tenant_time_zones.south"},
             {"tenant_time_zones.north = 1", "access_context.tenant_time_zones.north"},
             {"denied = []", "access_context.denied"}}) {
        std::string why;
        static_cast<void>(read_section(text, why));
        EXPECT_TRUE(why.starts_with(said)) << text << ": " << why;
    }
}

}  // namespace
}  // namespace salus::app

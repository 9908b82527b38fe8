#include "http/network.h"

#include <gtest/gtest.h>

namespace salus::http {
namespace {

IpAddress address(std::string_view text) {
    auto const parsed = IpAddress::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed.value();
}

TEST(NetworkTest, WhatIsNotOfTheInternetIsNotPublic) {
    for (auto const* text : {"0.0.0.0",
                             "0.1.2.3",
                             "10.0.0.1",
                             "100.64.0.1",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.255.254",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.8",
                             "192.0.2.1",
                             "192.88.99.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.7",
                             "203.0.113.9",
                             "224.0.0.1",
                             "239.255.255.255",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::2",
                             "::7f00:1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.1.2.3",
                             "::ffff:0:127.0.0.1",
                             "64:ff9b::127.0.0.1",
                             "64:ff9b::a9fe:a9fe",
                             "64:ff9b:1::1",
                             "100::1",
                             "fe80::1",
                             "fec0::1",
                             "fc00::1",
                             "fd12:3456::1",
                             "ff02::1",
                             "2001::1",
                             "2001:db8::1",
                             "2002:7f00:1::",
                             "3fff::1",
                             "4000::1"})
        EXPECT_FALSE(address(text).is_public()) << text;
}

TEST(NetworkTest, WhatIsOfTheInternetIsPublic) {
    for (auto const* text :
         {"1.1.1.1",        "9.255.255.255",    "11.0.0.0",    "100.63.255.255",  "100.128.0.0",
          "126.0.0.1",      "128.0.0.1",        "169.253.0.1", "172.15.255.255",  "172.32.0.0",
          "192.0.1.1",      "192.167.1.1",      "198.17.0.1",  "198.20.0.1",      "223.255.255.255",
          "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:200::1", "2606:4700::1111", "2a00:1450::1"})
        EXPECT_TRUE(address(text).is_public()) << text;
}

TEST(NetworkTest, OnlyNumbersAreAddresses) {
    for (auto const* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "0x7f.1", "127.1",
                             "2130706433", "01.2.3.4", "1.2.3.4 ", "[::1]", "fe80::1%eth0", ":::"})
        EXPECT_FALSE(IpAddress::parse(text).has_value()) << text;
    EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)).has_value());
    EXPECT_EQ(address("::ffff:127.0.0.1"), address("127.0.0.1"));
}

TEST(NetworkTest, ANetworkHasWhatItsPrefixSays) {
    auto const network = Network::parse("172.16.0.0/12").value();
    EXPECT_TRUE(network.contains(address("172.16.0.0")));
    EXPECT_TRUE(network.contains(address("172.31.255.255")));
    EXPECT_TRUE(network.contains(address("::ffff:172.20.0.1")));
    EXPECT_FALSE(network.contains(address("172.32.0.0")));
    EXPECT_FALSE(network.contains(address("172.15.255.255")));
    EXPECT_FALSE(network.contains(address("::172.16.0.0")));
    auto const local = Network::parse("fd00::/8").value();
    EXPECT_TRUE(local.contains(address("fdff::1")));
    EXPECT_FALSE(local.contains(address("fc00::1")));
    EXPECT_TRUE(Network::parse("::/0").value().contains(address("1.2.3.4")));
    EXPECT_TRUE(Network::parse("10.1.2.3/32").value().contains(address("10.1.2.3")));
    EXPECT_FALSE(Network::parse("10.1.2.3/32").value().contains(address("10.1.2.2")));
}

TEST(NetworkTest, WhatIsNoNetworkIsRefused) {
    for (auto const* text : {"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8",
                             "10.0.0.0/-1", "10.0.0.0/8/8", "fd00::/129", "fd00::1/64", "a/8"})
        EXPECT_EQ(Network::parse(text).error().code, Errc::invalid) << text;
}

TEST(NetworkTest, TheConfigurationMayAllowMore) {
    std::vector const allowed{Network::parse("127.0.0.0/8").value()};
    EXPECT_TRUE(may_be_called(address("127.0.0.1"), allowed));
    EXPECT_TRUE(may_be_called(address("1.1.1.1"), allowed));
    EXPECT_FALSE(may_be_called(address("10.0.0.1"), allowed));
    EXPECT_FALSE(may_be_called(address("::1"), allowed));
}

}  // namespace
}  // namespace salus::http

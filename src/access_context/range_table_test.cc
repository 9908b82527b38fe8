#include "access_context/range_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <utility>

namespace salus::access_context {
namespace {

Range range(std::string_view network, std::uint8_t value) {
    return {*http::Network::parse(network), value};
}
http::IpAddress address(std::string_view text) {
    return *http::IpAddress::parse(text);
}

TEST(RangeTable, KnowsNothingWhenItIsEmpty) {
    EXPECT_EQ(RangeTable().at(address("192.0.2.1")), 0);
    EXPECT_EQ(RangeTable(std::vector<Range>()).at(address("::1")), 0);
}

TEST(RangeTable, BeginsAndEndsWithEachNetwork) {
    RangeTable const table({range("10.1.0.0/16", 1), range("2001:db8::/33", 2),
                            range("192.0.2.7/32", 3), range("ffff::/16", 4)});
    for (auto const& [text, value] :
         std::vector<std::pair<char const*, int>>{{"10.0.255.255", 0},
                                                  {"10.1.0.0", 1},
                                                  {"10.1.255.255", 1},
                                                  {"10.2.0.0", 0},
                                                  {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", 0},
                                                  {"2001:db8::", 2},
                                                  {"2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", 2},
                                                  {"2001:db8:8000::", 0},
                                                  {"192.0.2.6", 0},
                                                  {"192.0.2.7", 3},
                                                  {"192.0.2.8", 0},
                                                  {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 4}}) {
        EXPECT_EQ(table.at(address(text)), value) << text;
    }
}

TEST(RangeTable, TheLargestValueWinsWhateverTheSizes) {
    RangeTable const table({range("10.0.0.0/8", 3), range("10.1.0.0/16", 1),
                            range("10.1.2.0/24", 2), range("172.16.0.0/12", 1),
                            range("172.16.1.0/24", 3), range("172.16.1.0/24", 2)});
    EXPECT_EQ(table.at(address("10.1.2.3")), 3);  // a smaller network takes nothing away
    EXPECT_EQ(table.at(address("172.16.0.1")), 1);
    EXPECT_EQ(table.at(address("172.16.1.1")), 3);
    EXPECT_EQ(table.at(address("172.16.2.0")), 1);
}

TEST(RangeTable, AnIpv4AddressIsTheSameInIpv6Clothes) {
    RangeTable const table({range("192.0.2.0/24", 3), range("::/0", 1)});
    EXPECT_EQ(table.at(address("::ffff:192.0.2.9")), 3);
    EXPECT_EQ(table.at(address("::ffff:c000:209")), 3);
    EXPECT_EQ(table.at(address("198.51.100.1")), 1);  // ::/0 is everybody
    EXPECT_EQ(RangeTable({range("0.0.0.0/0", 2)}).at(address("2001:db8::1")), 0);
    EXPECT_EQ(RangeTable({range("::ffff:192.0.2.0/120", 3)}).at(address("192.0.2.9")), 3);
}

// Small numbers, so that networks overlap, touch and repeat.
class RandomNetworks {
public:
    Range next() {
        bool const v4 = number(0, 1) == 0;
        auto const bits = number(v4 ? 24 : 118, v4 ? 32 : 128);
        auto const size = 1U << ((v4 ? 32U : 128U) - bits);
        auto const first = number(0, (v4 ? 255 : 1'023) / size) * size;
        auto const text = v4 ? "10.0.0." + std::to_string(first) : "fd00::" + hex(first);
        return range(text + "/" + std::to_string(bits), static_cast<std::uint8_t>(number(0, 5)));
    }
    http::IpAddress address_among_them() {
        if (number(0, 1) == 0) return address("10.0.0." + std::to_string(number(0, 255)));
        return address("fd00::" + hex(number(0, 1'023)));
    }
    unsigned number(unsigned least, unsigned most) {
        return std::uniform_int_distribution<unsigned>(least, most)(random_);
    }

private:
    static std::string hex(unsigned value) {
        std::array<char, 8> text{};
        auto const end = std::to_chars(text.data(), text.data() + text.size(), value, 16).ptr;
        return {text.data(), end};
    }
    std::mt19937 random_{20'260'101};  // NOLINT(cert-msc51-cpp): the same cases each time
};

TEST(RangeTable, AgreesWithLookingAtEachNetwork) {
    RandomNetworks random;
    for (int round = 0; round < 300; ++round) {
        std::vector<Range> ranges(random.number(0, 40), range("10.0.0.0/32", 0));
        std::ranges::generate(ranges, [&] { return random.next(); });
        RangeTable const table(ranges);
        for (int i = 0; i < 200; ++i) {
            auto const one = random.address_among_them();
            std::uint8_t expected = 0;
            for (auto const& each : ranges) {
                if (each.network.contains(one)) expected = std::max(expected, each.value);
            }
            ASSERT_EQ(table.at(one), expected) << round;
        }
    }
}

}  // namespace
}  // namespace salus::access_context

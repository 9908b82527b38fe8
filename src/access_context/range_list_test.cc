#include "access_context/range_list.h"

#include <gtest/gtest.h>
#include <string>

#include "foundation/access_context_limits.h"
#include "foundation/file.h"
#include "keys/keys_for_test.h"

namespace salus::access_context {
namespace {

Loaded<std::vector<Range>> networks(std::string const& text) {
    std::vector<Range> ranges;
    if (auto const parsed = parse_networks("deny_file", text, 3, ranges); !parsed)
        return std::unexpected(parsed.error());
    return ranges;
}
Loaded<std::vector<Range>> scores(std::string const& text) {
    std::vector<Range> ranges;
    if (auto const parsed = parse_scores("reputation_file", text, ranges); !parsed)
        return std::unexpected(parsed.error());
    return ranges;
}

TEST(RangeList, TakesNetworksAddressesAndComments) {
    auto const ranges = networks(
        "# made by hand\n\n192.0.2.0/24\r\n\t2001:db8::/32  ; a supplier's number\n"
        "198.51.100.7\n2001:db8::7#nobody\n   # nothing\n::ffff:203.0.113.0/120");
    ASSERT_TRUE(ranges.has_value()) << ranges.error().text();
    ASSERT_EQ(ranges->size(), 5U);
    EXPECT_EQ(ranges->at(0).network.prefix_bits(), 120U);
    EXPECT_EQ(ranges->at(2).network.prefix_bits(), 128U);
    EXPECT_EQ(ranges->at(3).network.prefix_bits(), 128U);
    EXPECT_TRUE(ranges->at(4).network.contains(*http::IpAddress::parse("203.0.113.9")));
    EXPECT_EQ(ranges->at(4).value, 3);
    EXPECT_TRUE(networks("")->empty());
}

TEST(RangeList, RefusesTheWholeListForOneLine) {
    for (auto const* line : {"192.0.2.1/24",
                             "192.0.2.0/33",
                             "192.0.2.0/",
                             "/24",
                             "192.0.2.0/24/24",
                             "192.0.2.0 /24",
                             "192.0.2",
                             "192.0.2.256",
                             "0192.0.2.1",
                             "example.org",
                             "fe80::1%eth0",
                             "fe80::%1/64",
                             "192.0.2.0/24,198.51.100.0/24",
                             "192.0.2.0-192.0.2.9",
                             "192.0.2.0/24 50",
                             "::1/129",
                             "::ffff:192.0.2.0/24",
                             "192.0.2.0/-1",
                             "192.0.2.0/+1",
                             "*",
                             "// nothing"}) {
        auto const ranges = networks("198.51.100.0/24\n#\n" + std::string(line) + "\n");
        ASSERT_FALSE(ranges.has_value()) << line;
        EXPECT_EQ(ranges.error().line, 3U) << line;
        EXPECT_TRUE(ranges.error().text().starts_with("access_context.deny_file, line 3: "));
    }
    EXPECT_FALSE(networks(std::string("192.0.2.1\0", 10)).has_value());
    EXPECT_FALSE(networks(std::string(limits::kRangeLineBytes + 1, '#')).has_value());
}

TEST(RangeList, IsBounded) {
    std::vector<Range> ranges(limits::kRanges, {*parse_range("192.0.2.1"), 1});
    EXPECT_TRUE(parse_networks("allow_file", "# nothing\n", 1, ranges).has_value());
    EXPECT_FALSE(parse_networks("allow_file", "192.0.2.2\n", 1, ranges).has_value());
    EXPECT_EQ(ranges.size(), limits::kRanges);
}

TEST(RangeList, TakesScores) {
    auto const ranges = scores("192.0.2.0/24 100\n198.51.100.7\t 0 # good\n2001:db8::/32 55");
    ASSERT_TRUE(ranges.has_value()) << ranges.error().text();
    ASSERT_EQ(ranges->size(), 3U);
    EXPECT_EQ(ranges->at(0).value, 100);
    EXPECT_EQ(ranges->at(2).value, 55);
    for (auto const* line :
         {"192.0.2.0/24", "192.0.2.0/24 101", "192.0.2.0/24 -1", "50", "192.0.2.0/24 5 5",
          "192.0.2.0/24 high", "192.0.2.0/24 4294967297", "192.0.2.0/24, 5", "192.0.2.0/24 5.5"}) {
        EXPECT_FALSE(scores(line).has_value()) << line;
    }
}

TEST(RangeList, ReadsFiles) {
    keys::TemporaryDirectory const directory;
    auto const file = directory.path() / "deny";
    ASSERT_TRUE(write_file_durably(file, bytes_of("192.0.2.0/24\n"), FileAccess::private_to_owner));
    std::vector<Range> ranges;
    EXPECT_TRUE(read_networks("deny_file", file, 3, ranges).has_value());
    EXPECT_TRUE(read_networks("deny_file", {}, 3, ranges).has_value());  // there is none
    EXPECT_EQ(ranges.size(), 1U);
    auto const absent = read_networks("deny_file", directory.path() / "absent", 3, ranges);
    ASSERT_FALSE(absent.has_value());
    EXPECT_EQ(absent.error().line, 0U);
    EXPECT_FALSE(read_scores("reputation_file", file, ranges).has_value());
}

}  // namespace
}  // namespace salus::access_context

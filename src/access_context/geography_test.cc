#include "access_context/geography.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>

#include "access_context/database_for_test.h"
#include "foundation/file.h"
#include "keys/keys_for_test.h"

// The library does not free what it read of a damaged description (1.7.1); ours is freed.
extern "C" char const* __lsan_default_suppressions() {
    return "leak:libmaxminddb";
}

namespace salus::access_context {
namespace {

using testing::DatabaseForTest;

std::string country(Geography const& geography, std::string_view address) {
    return std::string(geography.country(*http::IpAddress::parse(address)).text());
}

DatabaseForTest three_countries() {
    DatabaseForTest database(6);
    database.add_country("192.0.2.0/24", "DE");
    database.add_country("198.51.100.128/25", "US");
    database.add_country("2001:db8::/32", "FR");
    database.add("203.0.113.0/24", DatabaseForTest::map({{"continent", DatabaseForTest::map({})}}));
    return database;
}

TEST(Geography, FindsTheCountry) {
    auto const geography = Geography::make(three_countries().bytes());
    ASSERT_TRUE(geography.has_value());
    for (auto const& [address, expected] :
         std::vector<std::pair<char const*, char const*>>{{"192.0.2.0", "DE"},
                                                          {"192.0.2.255", "DE"},
                                                          {"192.0.3.0", ""},
                                                          {"::ffff:192.0.2.7", "DE"},
                                                          {"198.51.100.127", ""},
                                                          {"198.51.100.128", "US"},
                                                          {"2001:db8::1", "FR"},
                                                          {"2001:db9::1", ""},
                                                          {"203.0.113.1", ""},
                                                          {"::1", ""}}) {
        EXPECT_EQ(country(*geography, address), expected) << address;
    }
    EXPECT_EQ(geography->built(), WallTime(std::chrono::seconds(DatabaseForTest::kBuilt)));
}

TEST(Geography, ADatabaseOfIpv4KnowsNothingOfIpv6) {
    DatabaseForTest database(4);
    database.add_country("192.0.2.0/24", "DE");
    auto const geography = Geography::make(database.bytes());
    ASSERT_TRUE(geography.has_value());
    EXPECT_EQ(country(*geography, "192.0.2.7"), "DE");
    EXPECT_EQ(country(*geography, "2001:db8::1"), "");
}

TEST(Geography, RefusesWhatIsNoCountry) {
    using Database = DatabaseForTest;
    for (auto const& code : {Database::text("de"), Database::text("DEU"), Database::text(""),
                             Database::text("D1"), Database::number(7, 2)}) {
        Database database(6);
        database.add("192.0.2.0/24",
                     Database::map({{"country", Database::map({{"iso_code", code}})}}));
        EXPECT_FALSE(Geography::make(database.bytes()).has_value());
    }
}

TEST(Geography, RefusesWhatIsNoDatabase) {
    EXPECT_FALSE(Geography::make({}).has_value());
    EXPECT_FALSE(Geography::make(bytes_of("192.0.2.0/24 DE\n")).has_value());
    EXPECT_FALSE(Geography::make(bytes_of("\xab\xcd\xefMaxMind.com")).has_value());
    keys::TemporaryDirectory const directory;
    EXPECT_EQ(Geography::open(directory.path() / "absent").error().code, Errc::not_found);
}

// A record that points into the gap between tree and data: the library's offset would wrap.
TEST(Geography, RefusesARecordIntoTheGap) {
    DatabaseForTest database(4);
    database.add_country("128.0.0.0/1", "DE");  // one node: its second record
    auto bytes = database.bytes();
    for (std::uint8_t gap = 1; gap <= 16; ++gap) {
        bytes[5] = static_cast<std::uint8_t>(1 + gap);
        EXPECT_EQ(Geography::make(bytes).has_value(), gap == 16) << int{gap};
    }
}

// Whatever is broken is refused, or does no harm to a look-up.
TEST(Geography, SurvivesEveryDamage) {
    auto const whole = three_countries().bytes();
    auto const look = [](BytesView contents) {
        auto const geography = Geography::make(contents);
        if (!geography) return false;
        for (auto const* address : {"192.0.2.7", "198.51.100.200", "2001:db8::1", "203.0.113.9"})
            EXPECT_LE(country(*geography, address).size(), 2U);
        return true;
    };
    EXPECT_TRUE(look(whole));
    std::size_t refused = 0;
    for (std::size_t size = 0; size < whole.size(); ++size)
        refused += look(BytesView(whole).first(size)) ? 0U : 1U;
    EXPECT_EQ(refused, whole.size());
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (unsigned const flip : {0x01U, 0x80U, 0xffU}) {
            auto damaged = whole;
            damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ flip);
            refused += look(damaged) ? 0U : 1U;
        }
    }
    EXPECT_GT(refused, whole.size());
}

// What is verified is what is used, whoever writes to the file or shortens it afterwards.
TEST(Geography, NeedsItsFileNoMore) {
    keys::TemporaryDirectory const directory;
    auto const file = directory.path() / "countries.mmdb";
    ASSERT_TRUE(write_file_durably(file, three_countries().bytes(), FileAccess::private_to_owner));
    auto const geography = Geography::open(file);
    ASSERT_TRUE(geography.has_value());
    std::filesystem::resize_file(file, 0);
    EXPECT_EQ(country(*geography, "192.0.2.7"), "DE");
}

}  // namespace
}  // namespace salus::access_context

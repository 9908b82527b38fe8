#include "sample_data/seeded_random.h"

#include <gtest/gtest.h>
#include <set>

#include "sample_data/dates.h"
#include "sample_data/resource_text.h"

namespace salus::sample_data {
namespace {

// The first outputs from the seed 1, computed by a separate transcription of the published
// algorithms.
TEST(SeededRandomTest, IsThePublishedAlgorithm) {
    SeededRandom random(1);
    EXPECT_EQ(random.next(), 0xb3f2af6d0fc710c5U);
    EXPECT_EQ(random.next(), 0x853b559647364ceaU);
}

TEST(SeededRandomTest, StaysInItsRangesAndReachesTheirEnds) {
    SeededRandom random(2);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 2000; ++i) {
        seen.insert(random.between(-3, 4));
        auto const middle = random.near_middle(10, 20);
        EXPECT_GE(middle, 10);
        EXPECT_LE(middle, 20);
    }
    EXPECT_EQ(seen.size(), 8U);
    EXPECT_EQ(*seen.begin(), -3);
    EXPECT_EQ(random.between(5, 5), 5);
    EXPECT_FALSE(random.chance_per_mille(0));
    EXPECT_TRUE(random.chance_per_mille(1000));
}

TEST(SeededRandomTest, StreamsDiffer) {
    std::set<std::uint64_t> first;
    for (std::uint64_t member = 0; member < 1000; ++member) {
        first.insert(SeededRandom::stream(1, member).next());
        first.insert(SeededRandom::stream(member + 2, 1).next());
    }
    EXPECT_EQ(first.size(), 2000U);
}

TEST(SeededRandomTest, UuidHasVersionAndVariant) {
    SeededRandom random(3);
    for (int i = 0; i < 100; ++i) {
        auto const uuid = random.uuid();
        ASSERT_EQ(uuid.size(), 36U);
        EXPECT_EQ(uuid[14], '4');
        EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
    }
}

TEST(DatesTest, SpellAndCount) {
    using namespace std::chrono;
    Days const leap = sys_days(year(2024) / February / 29);
    EXPECT_EQ(to_date(leap), "2024-02-29");
    EXPECT_EQ(to_date_time(Seconds(leap) + hours(7) + minutes(5) + seconds(9)),
              "2024-02-29T07:05:09Z");
    EXPECT_EQ(age_in_years(leap, sys_days(year(2025) / February / 28)), 0);
    EXPECT_EQ(age_in_years(leap, sys_days(year(2025) / March / 1)), 1);
    EXPECT_EQ(age_in_months(leap, sys_days(year(2024) / March / 28)), 0);
}

TEST(ResourceTextTest, DecimalsKeepTheirDigits) {
    ResourceText text;
    text.begin_object();
    text.decimal("a", {1234, 2});
    text.decimal("b", {1200, 2});
    text.decimal("c", {5, 2});
    text.decimal("d", {-5, 1});
    text.decimal("e", {-120, 0});
    text.end_object();
    EXPECT_EQ(std::move(text).take(), R"({"a":12.34,"b":12.00,"c":0.05,"d":-0.5,"e":-120})");
}

}  // namespace
}  // namespace salus::sample_data

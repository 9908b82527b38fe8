#include "audit/clock_watch.h"

#include <gtest/gtest.h>

namespace salus::audit {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kWall = 1'795'421'730 * kSecond;

TEST(ClockWatchTest, ClocksThatRunTogether) {
    ClockWatch watch(0);
    for (std::int64_t t = 0; t < 1000; ++t)
        EXPECT_FALSE(watch.look(kWall + t * kSecond, t * kSecond));
}

TEST(ClockWatchTest, Steps) {
    ClockWatch watch(0);
    EXPECT_FALSE(watch.look(kWall, 0));
    auto const back = watch.look(kWall - 3600 * kSecond, 10);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->name, Literal("step"));
    EXPECT_EQ(back->microseconds, -3600 * kSecond - 10);
    EXPECT_FALSE(watch.look(kWall - 3599 * kSecond, kSecond));
    auto const ahead = watch.look(kWall + 86'400 * kSecond, 2 * kSecond);
    ASSERT_TRUE(ahead);
    EXPECT_EQ(ahead->name, Literal("step"));
    EXPECT_EQ(ahead->microseconds, (86'400 + 3598) * kSecond);
}

TEST(ClockWatchTest, AnIdleHourIsNoStep) {
    ClockWatch watch(0);
    EXPECT_FALSE(watch.look(kWall, 0));
    EXPECT_FALSE(watch.look(kWall + 3600 * kSecond, 3600 * kSecond));
}

TEST(ClockWatchTest, AFrozenClockDrifts) {
    ClockWatch watch(0);
    int changes = 0;
    for (std::int64_t t = 0; t <= 100; ++t) {
        auto const change = watch.look(kWall, t * kSecond / 10);
        if (!change) continue;
        ++changes;
        EXPECT_EQ(change->name, Literal("drift"));
        EXPECT_EQ(change->microseconds, -11 * kSecond / 10);
    }
    EXPECT_EQ(changes, 9);  // ten seconds, told each time that more than one has been lost
}

TEST(ClockWatchTest, AcrossAStart) {
    EXPECT_TRUE(ClockWatch(kWall).look(kWall - 2 * kSecond, 5));
    EXPECT_FALSE(ClockWatch(kWall).look(kWall - kSecond / 2, 5));
    EXPECT_FALSE(ClockWatch(kWall).look(kWall + 86'400 * kSecond, 5));
}

}  // namespace
}  // namespace salus::audit

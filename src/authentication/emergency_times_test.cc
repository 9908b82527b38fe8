#include "authentication/emergency_times.h"

#include <gtest/gtest.h>

namespace salus::authentication {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 27)};

class EmergencyTimesTest : public ::testing::Test {
protected:
    ManualClock clock_{kStart};
    WallTime const until_ = kStart + 30min;
};

TEST_F(EmergencyTimesTest, OneEndsWhenItWasDeclaredTo) {
    EmergencyTimes times;
    EXPECT_FALSE(times.is_over("one", until_, clock_));
    clock_.advance(30min - 1s);
    EXPECT_FALSE(times.is_over("one", until_, clock_));
    clock_.advance(1s);
    EXPECT_TRUE(times.is_over("one", until_, clock_));
}

TEST_F(EmergencyTimesTest, AClockThatIsSetBackMakesNoneLonger) {
    EmergencyTimes times;
    EXPECT_FALSE(times.is_over("one", until_, clock_));
    // Each time by little, so that it is never earlier than the declaration.
    for (int i = 0; i < 3; ++i) {
        clock_.advance(9min);
        clock_.step_wall(-9min);
        EXPECT_FALSE(times.is_over("one", until_, clock_)) << i;
    }
    clock_.advance(3min);
    EXPECT_TRUE(times.is_over("one", until_, clock_));
    clock_.step_wall(-24h);
    EXPECT_TRUE(times.is_over("one", until_, clock_));
    // Of another, declared by the clock as it is now.
    EXPECT_FALSE(times.is_over("two", clock_.now() + 30min, clock_));
}

TEST_F(EmergencyTimesTest, AClockThatIsSetForwardEndsIt) {
    EmergencyTimes times;
    EXPECT_FALSE(times.is_over("one", until_, clock_));
    clock_.step_wall(1h);
    EXPECT_TRUE(times.is_over("one", until_, clock_));
    // Set right again, it has the time that it had.
    clock_.step_wall(-1h);
    EXPECT_FALSE(times.is_over("one", until_, clock_));
    clock_.advance(30min);
    clock_.step_wall(-1h);
    EXPECT_TRUE(times.is_over("one", until_, clock_));
}

TEST_F(EmergencyTimesTest, AFullMemoryForgetsOnlyWhatNoSessionHasAnyMore) {
    EmergencyTimes times(2);
    EXPECT_FALSE(times.is_over("one", until_, clock_));
    EXPECT_FALSE(times.is_over("two", until_, clock_));
    clock_.advance(30min);
    clock_.step_wall(-30min);
    EXPECT_FALSE(times.is_over("three", until_, clock_)) << "by the wall clock alone";
    EXPECT_TRUE(times.is_over("one", until_, clock_));
    EXPECT_TRUE(times.is_over("two", until_, clock_));
    clock_.advance(limits::kEmergencyRemembered);
    auto const later = clock_.now() + 30min;
    EXPECT_FALSE(times.is_over("four", later, clock_));
    clock_.advance(30min);
    clock_.step_wall(-30min);
    EXPECT_TRUE(times.is_over("four", later, clock_));
}

}  // namespace
}  // namespace salus::authentication

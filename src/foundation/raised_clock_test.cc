#include "foundation/raised_clock.h"

#include <gtest/gtest.h>

namespace salus {
namespace {

using namespace std::chrono_literals;

TEST(RaisedClockTest, IsNeverBehindWhatWas) {
    WallTime const start{1'000'000s};
    ManualClock clock(start);
    RaisedClock raised(clock);
    EXPECT_EQ(raised.now(), start);
    raised.raise(start - 1h);
    EXPECT_EQ(raised.now(), start);
    EXPECT_EQ(raised.ahead(), 0s);
    raised.raise(start + 2h);
    raised.raise(start + 1h);
    EXPECT_EQ(raised.now(), start + 2h);
    EXPECT_EQ(raised.ahead(), 2h);
    // It does not stand still until the other comes: what ends in an hour ends in an hour.
    clock.advance(1h);
    EXPECT_EQ(raised.now(), start + 3h);
    clock.step_wall(-30min);
    EXPECT_EQ(raised.now(), start + 3h);
    EXPECT_EQ(raised.ahead(), 2h + 30min);
    // Who sets the clock right is believed again.
    clock.step_wall(4h);
    EXPECT_EQ(raised.now(), start + 4h + 30min);
    EXPECT_EQ(raised.ahead(), 0s);
    EXPECT_EQ(raised.monotonic(), clock.monotonic());
}

}  // namespace
}  // namespace salus

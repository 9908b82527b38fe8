#include "factors/throttle.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "foundation/factor_limits.h"

namespace salus::factors {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{std::chrono::seconds(1'790'000'000)};

Throttle after(int failures, WallTime now = kStart) {
    Throttle throttle;
    for (int i = 0; i < failures; ++i) throttle.failed(now);
    return throttle;
}

TEST(ThrottleTest, FiveGuessesAreFree) {
    for (int failures = 0; failures < 5; ++failures) {
        EXPECT_TRUE(after(failures).allowed(kStart)) << failures;
    }
    EXPECT_FALSE(after(5).allowed(kStart));
}

TEST(ThrottleTest, ThenEachWaitsTwiceAsLongUpToABound) {
    auto const waits = [](int failures) { return after(failures).retry_after(kStart); };
    EXPECT_EQ(waits(5), 30s);
    EXPECT_EQ(waits(6), 60s);
    EXPECT_EQ(waits(7), 120s);
    EXPECT_EQ(waits(9), 480s);
    EXPECT_EQ(waits(10), 900s);
    EXPECT_EQ(waits(100'000), 900s);
    EXPECT_FALSE(after(5).allowed(kStart + 30s - 1ns));
    EXPECT_TRUE(after(5).allowed(kStart + 30s));
}

// N2: whoever guesses on cannot keep the owner out for longer than the longest delay.
TEST(ThrottleTest, NobodyIsLockedOutForGood) {
    auto throttle = after(0);
    auto now = kStart;
    int guesses = 0;
    for (; now < kStart + 24h; now += 1s) {
        if (!throttle.allowed(now)) continue;
        throttle.failed(now);
        ++guesses;
    }
    EXPECT_LE(throttle.retry_after(now), 900s);
    EXPECT_TRUE(throttle.allowed(now + 900s));
    // N3: and what a day of guessing gains is bounded.
    EXPECT_GE(guesses, 96);
    EXPECT_LE(guesses, 110);
}

TEST(ThrottleTest, SuccessAndADayWithoutGuessesForget) {
    auto throttle = after(20);
    throttle.succeeded();
    EXPECT_EQ(throttle, Throttle());
    auto quiet = after(20);
    quiet.failed(kStart + limits::kGuessesForgotten);
    EXPECT_FALSE(quiet.allowed(kStart + limits::kGuessesForgotten));
    auto quieter = after(20);
    quieter.failed(kStart + limits::kGuessesForgotten + 1s);
    EXPECT_TRUE(quieter.allowed(kStart + limits::kGuessesForgotten + 1s));
}

TEST(ThrottleTest, AClockThatIsSetBackLocksNobodyOut) {
    auto throttle = after(20);
    EXPECT_FALSE(throttle.allowed(kStart - 60s));
    EXPECT_LE(throttle.retry_after(kStart - 60s), 900s);
    auto const behind = kStart - 24h * 365;
    EXPECT_TRUE(throttle.allowed(behind));
    throttle.failed(behind);
    EXPECT_FALSE(throttle.allowed(behind)) << "one guess, and it counts as before";
    EXPECT_EQ(throttle.retry_after(behind), 900s);
}

TEST(ThrottleTest, StatesAreKeptWhole) {
    for (auto const& throttle : {Throttle(), after(3), after(7, WallTime(-1s))}) {
        EXPECT_EQ(Throttle::from_bytes(throttle.to_bytes()).value(), throttle);
    }
    auto const stored = after(7).to_bytes();
    EXPECT_EQ(stored.size(), 13U);
    EXPECT_EQ(Throttle::from_bytes(BytesView(stored).first(12)).error().code, Errc::corrupt);
    auto changed = stored;
    changed[0] = 2;
    EXPECT_FALSE(Throttle::from_bytes(changed));
    changed = stored;
    changed[1] = 0xFF;
    EXPECT_FALSE(Throttle::from_bytes(changed)) << "more failures than are counted";
    for (auto const first : {0x7F, 0x80}) {  // centuries from now, either way
        changed = stored;
        std::fill(changed.begin() + 5, changed.end(), std::uint8_t{0xFF});
        changed[5] = static_cast<std::uint8_t>(first);
        EXPECT_FALSE(Throttle::from_bytes(changed)) << first;
    }
}

}  // namespace
}  // namespace salus::factors

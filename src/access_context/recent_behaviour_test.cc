#include "access_context/recent_behaviour.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "foundation/bytes.h"

namespace salus::access_context {
namespace {

using request::RecentCounts;
using namespace std::chrono_literals;

constexpr MonotonicTime kNow{1'000h};

// As the fingerprints of callers are: spread over all bits.
CallerFingerprint caller(std::uint64_t number) {
    static FingerprintKey const key({});
    return key.of_words({&number, 1});
}
CompartmentId patient(std::uint64_t number) {
    auto const id = caller(~number);
    Bytes bytes;
    append_u64(bytes, id.high);
    append_u64(bytes, id.low);
    return CompartmentId::from(bytes);
}

TEST(RecentBehaviour, CountsEachCallerByItself) {
    RecentBehaviour recent(16);
    EXPECT_EQ(recent.begin(caller(1), kNow), (RecentCounts{.requests = 1}));
    recent.refused(caller(1), kNow);
    EXPECT_EQ(recent.begin(caller(1), kNow), (RecentCounts{.requests = 2, .refusals = 1}));
    std::vector const patients{patient(1), patient(2), patient(1)};
    recent.answered(caller(1), kNow, patients);
    recent.answered(caller(1), kNow, patients);
    EXPECT_EQ(recent.begin(caller(1), kNow),
              (RecentCounts{.requests = 3, .patients = 2, .refusals = 1}));
    EXPECT_EQ(recent.begin(caller(2), kNow), (RecentCounts{.requests = 1}));
    recent.refused(caller(3), kNow);  // of whom nothing began
    EXPECT_EQ(recent.begin(caller(3), kNow), (RecentCounts{.requests = 1}));
    EXPECT_EQ(recent.callers(), 3U);
}

TEST(RecentBehaviour, TheWindowSlidesInSteps) {
    RecentBehaviour recent(16);
    auto const one = caller(1);
    ASSERT_EQ(kNow.time_since_epoch() % limits::kRecentStep, 0ns);
    auto const last_of_step = kNow + limits::kRecentStep - 1ns;
    static_cast<void>(recent.begin(one, last_of_step));
    recent.refused(one, last_of_step);
    recent.answered(one, last_of_step, std::vector{patient(1), patient(2)});
    // At least 55 minutes it counts, at most 60.
    EXPECT_EQ(recent.begin(one, kNow + 1h - 1ns),
              (RecentCounts{.requests = 2, .patients = 2, .refusals = 1}));
    recent.answered(one, kNow + 1h - 1ns, std::vector{patient(2)});
    EXPECT_EQ(recent.begin(one, kNow + 1h), (RecentCounts{.requests = 2, .patients = 1}));
    EXPECT_EQ(recent.begin(one, kNow + 1h + 54min), (RecentCounts{.requests = 3, .patients = 1}));
    EXPECT_EQ(recent.begin(one, kNow + 1h + 55min), (RecentCounts{.requests = 3}));
    EXPECT_EQ(recent.begin(one, kNow + 10'000h), (RecentCounts{.requests = 1}));
}

TEST(RecentBehaviour, ATimeBeforeTheNewestCountsAsTheNewest) {
    RecentBehaviour recent(16);
    static_cast<void>(recent.begin(caller(1), kNow));
    EXPECT_EQ(recent.begin(caller(1), kNow - 30h), (RecentCounts{.requests = 2}));
    EXPECT_EQ(recent.begin(caller(1), kNow + 59min), (RecentCounts{.requests = 3}));
    EXPECT_EQ(recent.begin(caller(1), kNow + 60min), (RecentCounts{.requests = 2}));
}

// Every step of three hours, against a list of all that happened.
TEST(RecentBehaviour, AgreesWithAList) {
    RecentBehaviour recent(16);
    std::vector<MonotonicTime> all;
    for (auto time = kNow; time < kNow + 3h; time += 7min + 11s) {
        all.push_back(time);
        auto const step = time.time_since_epoch() / limits::kRecentStep;
        auto const expected = std::ranges::count_if(all, [&](MonotonicTime each) {
            return step - each.time_since_epoch() / limits::kRecentStep < 12;
        });
        ASSERT_EQ(recent.begin(caller(1), time).requests, static_cast<std::uint32_t>(expected));
    }
}

TEST(RecentBehaviour, EstimatesManyPatients) {
    RecentBehaviour recent(16);
    static_cast<void>(recent.begin(caller(1), kNow));
    std::uint64_t seen = 0;
    auto const told_after = [&](std::uint64_t number) {
        for (; seen < number; ++seen) recent.answered(caller(1), kNow, std::vector{patient(seen)});
        return recent.begin(caller(1), kNow).patients;
    };
    for (std::uint32_t const number : {10U, 50U, 200U, 1'000U, 3'000U}) {
        auto const told = told_after(number);
        EXPECT_LE(std::abs(static_cast<double>(told) - number), 2 + number * 0.08) << told;
    }
    EXPECT_GE(told_after(50'000), 7'000U);  // beyond what it can tell apart: many
}

TEST(RecentBehaviour, AFloodOfCallersForgetsNobodyWhoIsBusy) {
    RecentBehaviour recent;
    constexpr std::uint64_t kBusy = 1'000;
    for (std::uint64_t i = 0; i < kBusy; ++i) {
        for (int request = 0; request < 5; ++request)
            static_cast<void>(recent.begin(caller(i), kNow));
    }
    for (std::uint64_t i = 0; i < 1'000'000; ++i)
        static_cast<void>(recent.begin(caller(1'000'000 + i), kNow + 1min));
    EXPECT_LE(recent.callers(), limits::kRecentSets * limits::kRecentPlaces);
    EXPECT_GT(recent.forgotten(), 900'000U);
    for (std::uint64_t i = 0; i < kBusy; ++i)
        ASSERT_EQ(recent.begin(caller(i), kNow + 2min).requests, 6U) << i;
    // An hour later their places are free.
    auto const forgotten = recent.forgotten();
    static_cast<void>(recent.begin(caller(9'999'999), kNow + 3h));
    EXPECT_EQ(recent.forgotten(), forgotten);
}

TEST(RecentBehaviour, ThreadsLoseNothing) {
    RecentBehaviour recent(1);
    constexpr std::uint32_t kEach = 5'000;
    auto const work = [&](std::uint64_t thread) {
        for (std::uint32_t i = 0; i < kEach; ++i) {
            auto const now = kNow + std::chrono::milliseconds(i % 7);
            static_cast<void>(recent.begin(caller(1), now));
            static_cast<void>(recent.begin(caller(2 + thread), now));
            recent.refused(caller(1), now);
            recent.answered(caller(1), now, std::vector{patient(i)});
            static_cast<void>(recent.callers() + recent.forgotten());
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::uint64_t thread = 0; thread < 4; ++thread) threads.emplace_back(work, thread);
    }
    auto const counts = recent.begin(caller(1), kNow);
    EXPECT_EQ(counts.requests, 4 * kEach + 1);
    EXPECT_EQ(counts.refusals, 4 * kEach);
    for (std::uint64_t thread = 0; thread < 4; ++thread)
        EXPECT_EQ(recent.begin(caller(2 + thread), kNow).requests, kEach + 1);
}

}  // namespace
}  // namespace salus::access_context

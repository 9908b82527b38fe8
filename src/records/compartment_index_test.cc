// The cache of opened indexes: never another state than asked for, never more memory than allowed.
#include "records/compartment_index.h"

#include <gtest/gtest.h>
#include <thread>

#include "fhir/index_entry.h"
#include "foundation/limits.h"
#include "keys/keys_for_test.h"
#include "request/tenant_for_test.h"

namespace salus::records {
namespace {

CompartmentId compartment(std::uint64_t number) {
    return keys::compartment_of(number);
}

// With so many entries, all of one size.
CompartmentIndexPointer index_of(std::uint64_t sequence, std::size_t entries = 0) {
    std::vector<OpenedIndexEntry> opened;
    json::Parser parser;
    for (std::size_t i = 0; i < entries; ++i) {
        auto const text = R"({"resourceType":"Basic","id":")" + std::to_string(1'000 + i) +
                          R"(","code":{"text":"c"}})";
        auto const resource = testing::must(fhir::Reader::parse(EphiText(text), parser));
        auto const entry = testing::must(fhir::make_index_entry(resource.view(), WallTime{}));
        opened.push_back({Address{}, compartment(1), 1,
                          std::string(text_of(testing::EphiTestAccess::open(entry)))});
    }
    return testing::must(CompartmentIndex::make(
        compartment(1), sequence, {.page = nullptr, .entries = std::move(opened), .removed = {}}));
}

constexpr std::size_t kEntries = 20;

// What one with kEntries takes of a cache.
std::size_t cost() {
    return index_of(1, kEntries)->bytes();
}

class IndexCacheTest : public ::testing::Test {
protected:
    ManualClock clock_{WallTime{}};
};

TEST_F(IndexCacheTest, AnswersForTheVerySequenceOnly) {
    IndexCache cache(limits::kMiB, clock_);
    EXPECT_EQ(cache.find(compartment(1), 0), nullptr);
    auto const kept = index_of(7);
    cache.keep(compartment(1), kept);
    EXPECT_EQ(cache.find(compartment(1), 7), kept);
    for (std::uint64_t const sequence : {0ULL, 6ULL, 8ULL, ~0ULL}) {
        EXPECT_EQ(cache.find(compartment(1), sequence), nullptr) << sequence;
        EXPECT_FALSE(cache.holds(compartment(1), sequence));
    }
    EXPECT_EQ(cache.find(compartment(2), 7), nullptr);
}

TEST_F(IndexCacheTest, ANewerIndexTakesThePlaceOfTheOlder) {
    IndexCache cache(limits::kMiB, clock_);
    cache.keep(compartment(1), index_of(1));
    auto const newer = index_of(2);
    cache.keep(compartment(1), newer);
    EXPECT_EQ(cache.find(compartment(1), 1), nullptr);
    EXPECT_EQ(cache.find(compartment(1), 2), newer);
}

TEST_F(IndexCacheTest, LeastRecentlyUsedGoesFirst) {
    IndexCache cache(3 * cost() + cost() / 2, clock_);
    for (std::uint64_t i = 1; i <= 3; ++i) cache.keep(compartment(i), index_of(1, kEntries));
    EXPECT_TRUE(cache.holds(compartment(1), 1));  // used: 2 is the oldest now
    cache.keep(compartment(4), index_of(1, kEntries));
    EXPECT_FALSE(cache.holds(compartment(2), 1));
    for (std::uint64_t const i : {1ULL, 3ULL, 4ULL}) EXPECT_TRUE(cache.holds(compartment(i), 1));
}

TEST_F(IndexCacheTest, WhatIsTooLargeIsNotKeptAndDrivesNothingOut) {
    IndexCache cache(2 * cost(), clock_);
    cache.keep(compartment(1), index_of(1, kEntries));
    cache.keep(compartment(2), index_of(1, 20 * kEntries));
    EXPECT_FALSE(cache.holds(compartment(2), 1));
    EXPECT_TRUE(cache.holds(compartment(1), 1));
    IndexCache none(0, clock_);
    none.keep(compartment(1), index_of(1));
    EXPECT_FALSE(none.holds(compartment(1), 1));
}

std::size_t held(IndexCache& cache, std::uint64_t compartments) {
    std::size_t count = 0;
    for (std::uint64_t i = 0; i < compartments; ++i) {
        count += cache.holds(compartment(i), 1) ? 1U : 0U;
    }
    return count;
}

TEST_F(IndexCacheTest, EmptyIndexesCostSomethingToo) {
    IndexCache cache(10'000, clock_);
    for (std::uint64_t i = 0; i < 1'000; ++i) cache.keep(compartment(i), index_of(1));
    EXPECT_LT(held(cache, 1'000), 100U);
    EXPECT_GT(held(cache, 1'000), 0U);
}

TEST_F(IndexCacheTest, ReplacingDoesNotEatUpTheRoom) {
    IndexCache cache(10'000, clock_);
    for (std::uint64_t sequence = 1; sequence <= 1'000; ++sequence) {
        cache.keep(compartment(1), index_of(sequence, 1));
    }
    cache.keep(compartment(2), index_of(1, 1));
    EXPECT_TRUE(cache.holds(compartment(1), 1'000));
    EXPECT_TRUE(cache.holds(compartment(2), 1));
}

TEST_F(IndexCacheTest, AnIndexInUseOutlivesItsPlace) {
    IndexCache cache(cost() + cost() / 2, clock_);
    cache.keep(compartment(1), index_of(1, kEntries));
    auto const used = cache.find(compartment(1), 1);
    cache.keep(compartment(2), index_of(1, kEntries));
    EXPECT_FALSE(cache.holds(compartment(1), 1));
    ASSERT_NE(used, nullptr);
    EXPECT_EQ(used->bytes(), cost());
    EXPECT_EQ(used->size(), kEntries);
}

TEST_F(IndexCacheTest, UseDoesNotKeepAnIndexBeyondItsTime) {
    IndexCache cache(limits::kMiB, clock_);
    auto const kept = index_of(1);
    cache.keep(compartment(1), kept);
    clock_.advance(limits::kIndexCacheTime - std::chrono::nanoseconds(1));
    EXPECT_EQ(cache.find(compartment(1), 1), kept);
    clock_.advance(std::chrono::nanoseconds(1));
    EXPECT_EQ(cache.find(compartment(1), 1), nullptr);
    cache.keep(compartment(1), kept);
    EXPECT_EQ(cache.find(compartment(1), 1), kept);
}

TEST_F(IndexCacheTest, WhatNobodyAsksForIsForgottenToo) {
    IndexCache cache(limits::kMiB, clock_);
    std::weak_ptr<CompartmentIndex const> old;
    {
        auto const index = index_of(1);
        old = index;
        cache.keep(compartment(1), index);
    }
    clock_.advance(limits::kIndexCacheTime / 2);
    cache.keep(compartment(2), index_of(1));
    cache.forget_expired();
    EXPECT_FALSE(old.expired());
    clock_.advance(limits::kIndexCacheTime / 2);
    cache.forget_expired();
    EXPECT_TRUE(old.expired());  // destroyed, and its text scrubbed
    EXPECT_TRUE(cache.holds(compartment(2), 1));
}

TEST_F(IndexCacheTest, ManyThreadsGetWhatTheyAskFor) {
    IndexCache cache(20'000, clock_);
    auto const work = [&cache] {
        for (std::uint64_t i = 0; i < 2'000; ++i) {
            auto const sequence = i % 5;
            cache.keep(compartment(i % 7), index_of(sequence, 1));
            auto const found = cache.find(compartment(i % 3), sequence);
            if (found) {
                EXPECT_EQ(found->sequence(), sequence);
            }
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace salus::records

#include "authentication/proof_memory.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "foundation/limits.h"
#include "foundation/oauth_limits.h"

namespace salus::authentication {
namespace {

constexpr auto kDate = WallTime(std::chrono::seconds(1'795'000'000));
ClientId const kClient("client-1");
constexpr std::string_view kUrl = "https://localhost:8443/fhir/Patient/a";

jose::DpopProof proof(std::string id, std::string key = "key-1") {
    return {.thumbprint = std::move(key),
            .token_id = std::move(id),
            .issued_at = kDate,
            .nonce = std::nullopt};
}

TEST(ProofMemoryTest, AProofCountsOnce) {
    ProofMemory memory(100);
    MonotonicTime const now{std::chrono::hours(1)};
    EXPECT_TRUE(memory.use(proof("a"), kUrl, kClient, now).has_value());
    EXPECT_EQ(memory.use(proof("a"), kUrl, kClient, now).error().code, Errc::unauthenticated);
    EXPECT_TRUE(memory.use(proof("b"), kUrl, kClient, now).has_value());
    EXPECT_TRUE(memory.use(proof("a", "key-2"), kUrl, kClient, now).has_value());
    EXPECT_TRUE(
        memory.use(proof("a"), "https://localhost:8443/fhir/Patient/b", kClient, now).has_value());
    // Parts do not run into each other.
    EXPECT_TRUE(memory.use(proof("y", "kx"), kUrl, kClient, now).has_value());
    EXPECT_TRUE(memory.use(proof("xy", "k"), kUrl, kClient, now).has_value());
}

// S33. As long as a proof can verify, however the generations turn meanwhile.
TEST(ProofMemoryTest, ItRemembersForAsLongAsAProofCounts) {
    auto const longest = limits::kDpopProofLife + limits::kClockSkew;
    for (auto offset = std::chrono::seconds(0); offset < 4 * longest; offset += longest / 7) {
        ProofMemory memory(1'000);
        MonotonicTime const start{std::chrono::hours(1)};
        ASSERT_TRUE(memory.use(proof("first"), kUrl, kClient, start).has_value());
        ASSERT_TRUE(memory.use(proof("late"), kUrl, kClient, start + offset).has_value());
        for (auto waited = std::chrono::seconds(0); waited <= longest; waited += longest / 14) {
            ASSERT_FALSE(
                memory.use(proof("late"), kUrl, kClient, start + offset + waited).has_value())
                << offset.count() << " " << waited.count();
        }
    }
}

TEST(ProofMemoryTest, WhatCannotBeRememberedIsNotAccepted) {
    ProofMemory memory(10);
    MonotonicTime now{std::chrono::hours(1)};
    for (int i = 0; i < 10; ++i) {
        auto const name = std::to_string(i);
        ASSERT_TRUE(memory.use(proof("one", name), kUrl, ClientId(name), now).has_value());
    }
    EXPECT_EQ(memory.use(proof("more"), kUrl, kClient, now).error().code, Errc::unavailable);
    now += 3 * limits::kDpopProofLife;
    EXPECT_TRUE(memory.use(proof("more"), kUrl, kClient, now).has_value());
}

// How many proofs the key, of a client of its own unless one is named, gets accepted before the
// first refusal, which must be of the key or the client alone.
int flood(ProofMemory& memory, std::string const& key, MonotonicTime now, std::string prefix = "",
          std::optional<ClientId> const& client = std::nullopt) {
    for (int i = 0;; ++i) {
        auto const used = memory.use(proof(prefix + std::to_string(i), key), kUrl,
                                     client.value_or(ClientId(key)), now);
        if (used) continue;
        EXPECT_EQ(used.error().code, Errc::rate_limited);
        return i;
    }
}

// The attack: valid proofs, as fast as they come. The others do not notice.
TEST(ProofMemoryTest, AFloodRefusesItselfAlone) {
    ProofMemory memory(10'000);
    MonotonicTime const now{std::chrono::hours(1)};
    EXPECT_NEAR(flood(memory, "attacker", now), 2'000, 1);
    for (int i = 0; i < 1'000; ++i) {
        ASSERT_TRUE(memory.use(proof(std::to_string(i), "other"), kUrl, kClient, now).has_value());
    }
    EXPECT_FALSE(
        memory.use(proof("again", "attacker"), kUrl, ClientId("attacker"), now).has_value());
}

TEST(ProofMemoryTest, AFloodBySeveralKeysLeavesSomethingToOthers) {
    ProofMemory memory(100'000);
    MonotonicTime const now{std::chrono::hours(1)};
    constexpr int kKeys = 20;
    for (int i = 0; i < kKeys; ++i) flood(memory, "attacker " + std::to_string(i), now);
    EXPECT_GE(flood(memory, "other", now), 100);
    EXPECT_TRUE(memory.use(proof("a", "one more"), kUrl, kClient, now).has_value());
}

// As many keys as it likes: a key costs nothing.
TEST(ProofMemoryTest, AFloodByManyKeysOfOneClientRefusesItselfAlone) {
    ProofMemory memory(9'000);
    MonotonicTime const now{std::chrono::hours(1)};
    int taken = 0;
    for (int i = 0; i < 5'000; ++i) {
        auto const used = memory.use(proof("a", "key-" + std::to_string(i)), kUrl, kClient, now);
        taken += used ? 1 : 0;
        if (!used) ASSERT_EQ(used.error().code, Errc::rate_limited);
    }
    EXPECT_NEAR(taken, 3'000, 1);
    EXPECT_NEAR(flood(memory, "other", now), 1'200, 1);
}

// What a key used counts for it as long as it is remembered, over the turn of a generation too.
TEST(ProofMemoryTest, AShareComesBackWhenItsProofsAreForgotten) {
    ProofMemory memory(1'000);
    MonotonicTime const start{std::chrono::hours(1)};
    auto const generation = limits::kDpopProofLife + 2 * limits::kClockSkew;
    ASSERT_NEAR(flood(memory, "key", start), 200, 1);
    EXPECT_EQ(flood(memory, "key", start + generation, "later "), 0);
    EXPECT_NEAR(flood(memory, "key", start + 2 * generation, "last "), 200, 1);
}

TEST(ProofMemoryTest, OfManyAtOnceOneWins) {
    ProofMemory memory(100'000);
    MonotonicTime const now{std::chrono::hours(1)};
    constexpr int kThreads = 4;
    constexpr int kProofs = 2'000;
    std::atomic<int> accepted = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kProofs; ++i) {
                if (memory.use(proof(std::to_string(i)), kUrl, kClient, now)) ++accepted;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(accepted, kProofs);
}

}  // namespace
}  // namespace salus::authentication

#include "keys/key_memory.h"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>

#include "keys/keys_for_test.h"

namespace salus::keys {
namespace {

SecretBytes random_key() {
    crypto::SystemRandom random;
    return crypto::random_secret(random, kKeyBytes);
}

TEST(KeyMemoryTest, GivesBackWhatItHolds) {
    KeyMemory memory(5'000);
    std::vector<SecretBytes> keys;
    std::vector<KeyMemory::Slot> slots;
    for (int i = 0; i < 5'000; ++i) {
        keys.push_back(random_key());
        slots.push_back(memory.store(keys.back().reveal()).value());
    }
    for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_TRUE(slots[i].copy() == keys[i]);
    EXPECT_EQ(memory.slots_in_use(), 5'000U);
}

TEST(KeyMemoryTest, RefusesBeyondItsBoundAndRecovers) {
    KeyMemory memory(2);
    auto const key = random_key();
    auto first = memory.store(key.reveal());
    {
        auto const second = memory.store(key.reveal());
        ASSERT_TRUE(second);
        auto const third = memory.store(key.reveal());
        ASSERT_FALSE(third);
        EXPECT_EQ(third.error().code, Errc::unavailable);
    }
    EXPECT_TRUE(memory.store(key.reveal()));
}

TEST(KeyMemoryTest, MovingASlotKeepsOneOwner) {
    KeyMemory memory(2);
    auto const a = random_key();
    auto const b = random_key();
    auto first = memory.store(a.reveal()).value();
    {
        auto second = memory.store(b.reveal()).value();
        first = std::move(second);
        EXPECT_TRUE(first.copy() == b);
    }
    EXPECT_TRUE(first.copy() == b);
    EXPECT_EQ(memory.slots_in_use(), 1U);
}

TEST(KeyMemoryTest, AFreedSlotIsScrubbed) {
    KeyMemory memory(8);
    auto key = random_key();
    MemorySearch const search(key.reveal());
    std::optional<KeyMemory::Slot> slot(memory.store(key.reveal()).value());
    scrub(key.mutable_bytes());
    EXPECT_EQ(search.count(), 1U);  // the search works
    slot.reset();
    EXPECT_EQ(search.count(), 0U);
}

// What the kernel says of the mapping: locked, not dumped, wiped on fork.
TEST(KeyMemoryTest, TheKernelKnowsTheMemoryIsSpecial) {
    KeyMemory memory(8);
    auto const key = random_key();
    auto const slot = memory.store(key.reveal()).value();
    std::ifstream smaps("/proc/self/smaps");
    std::string flags;
    for (std::string line; std::getline(smaps, line);) {
        if (line.starts_with("VmFlags:") && line.find(" wf") != std::string::npos) flags = line;
    }
    EXPECT_NE(flags.find(" dd"), std::string::npos) << flags;
    EXPECT_EQ(flags.find(" lo") != std::string::npos, memory.is_locked()) << flags;
}

TEST(KeyMemoryTest, AForkedChildHasNoKeys) {
    KeyMemory memory(8);
    auto const key = random_key();
    auto const slot = memory.store(key.reveal()).value();
    auto const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        MemorySearch const search(key.reveal());
        // The test's own copy is there, the slot's is not.
        ::_exit(search.count() == 1 ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_TRUE(slot.copy() == key);
}

TEST(KeyMemoryDeathTest, AForkedChildCannotGoOnWithZeros) {
    KeyMemory memory(8);
    auto const key = random_key();
    auto const slot = memory.store(key.reveal()).value();
    EXPECT_DEATH(static_cast<void>(slot.copy()), "has_mark");
}

TEST(KeyMemoryTest, ThreadsShareIt) {
    KeyMemory memory(10'000);
    auto const work = [&memory] {
        for (int round = 0; round < 50; ++round) {
            std::vector<std::pair<SecretBytes, KeyMemory::Slot>> mine;
            for (int i = 0; i < 100; ++i) {
                auto key = random_key();
                auto slot = memory.store(key.reveal()).value();
                mine.emplace_back(std::move(key), std::move(slot));
            }
            for (auto const& [key, slot] : mine) ASSERT_TRUE(slot.copy() == key);
        }
    };
    {
        std::jthread const one(work);
        std::jthread const two(work);
        std::jthread const three(work);
    }
    EXPECT_EQ(memory.slots_in_use(), 0U);
}

}  // namespace
}  // namespace salus::keys

// Memory for opened pages: nobody's part is another's, nothing stays in it, and never more of it
// than allowed.
#include "records/page_memory.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <thread>

#include "foundation/limits.h"

namespace salus::records {
namespace {

constexpr std::size_t kHuge = 2 * limits::kMiB;
constexpr std::size_t kPage = 500 * limits::kKiB;

void fill(PageBuffer& buffer, std::uint8_t with) {
    std::ranges::fill(buffer.mutable_bytes(), with);
}
bool holds(PageBuffer const& buffer, std::uint8_t what) {
    return std::ranges::all_of(buffer.bytes(), [&](std::uint8_t byte) { return byte == what; });
}

TEST(PageMemoryTest, PartsShareAHugePageAndNothingElse) {
    PageMemory memory;
    std::vector<PageBuffer> parts;
    for (std::uint8_t i = 0; i < 9; ++i) {
        parts.push_back(memory.take(kPage + i));
        EXPECT_EQ(parts.back().size(), kPage + i);
        fill(parts.back(), i);
    }
    EXPECT_EQ(memory.huge(), 3 * kHuge);
    for (std::uint8_t i = 0; i < 9; ++i) EXPECT_TRUE(holds(parts[i], i)) << int{i};
}

TEST(PageMemoryTest, AHugePageGoesWithItsLastPart) {
    PageMemory memory;
    std::vector<PageBuffer> parts;
    parts.reserve(8);
    for (int i = 0; i < 8; ++i) parts.push_back(memory.take(kPage));
    ASSERT_EQ(memory.huge(), 2 * kHuge);
    parts.erase(parts.begin(), parts.begin() + 3);
    EXPECT_EQ(memory.huge(), 2 * kHuge);
    parts.erase(parts.begin());
    EXPECT_EQ(memory.huge(), kHuge);
}

TEST(PageMemoryTest, WhatAPartHeldIsScrubbed) {
    PageMemory memory;
    auto const stays = memory.take(kPage);
    auto goes = memory.take(kPage);
    fill(goes, 0x5A);
    // The huge page stays with the other part.
    BytesView const left = goes.bytes();
    goes = PageBuffer();
    EXPECT_TRUE(std::ranges::all_of(left, [](std::uint8_t byte) { return byte == 0; }));
    EXPECT_TRUE(goes.empty());
}

TEST(PageMemoryTest, BeyondTheBoundMemoryIsAnAllocators) {
    PageMemory memory(kHuge);
    auto first = memory.take(kHuge - 64);
    auto second = memory.take(kPage);
    EXPECT_EQ(memory.huge(), kHuge);
    fill(first, 1);
    fill(second, 2);
    EXPECT_TRUE(holds(first, 1));
    EXPECT_TRUE(holds(second, 2));
    PageMemory none(0);
    auto third = none.take(kPage);
    fill(third, 3);
    EXPECT_EQ(none.huge(), 0U);
}

TEST(PageMemoryTest, SizesThatFitNoShare) {
    PageMemory memory;
    auto small = memory.take(1);
    EXPECT_EQ(memory.huge(), 0U);
    EXPECT_EQ(small.size(), 1U);
    EXPECT_TRUE(memory.take(0).empty());
    auto large = memory.take(kHuge + 1);
    EXPECT_EQ(memory.huge(), 2 * kHuge);
    fill(large, 7);
    EXPECT_TRUE(holds(large, 7));
    // It is shared with nobody, and goes when it is done with.
    auto const next = memory.take(kPage);
    EXPECT_EQ(memory.huge(), 3 * kHuge);
    large = PageBuffer();
    EXPECT_EQ(memory.huge(), kHuge);
}

TEST(PageMemoryTest, ABufferOutlivesItsMemoryAndMayDieElsewhere) {
    auto memory = std::make_unique<PageMemory>();
    auto buffer = memory->take(kPage);
    fill(buffer, 9);
    std::thread elsewhere([taken = std::move(buffer)] { EXPECT_TRUE(holds(taken, 9)); });
    memory.reset();
    elsewhere.join();
}

}  // namespace
}  // namespace salus::records

// Where an evaluation keeps what it makes: nothing beyond its bounds, whatever is asked for.
#include "fhir/fhirpath/memory.h"

#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace salus::fhir::fhirpath {
namespace {

TEST(ArenaTest, GivesNoMoreThanItsBoundHoweverMuchIsAskedFor) {
    constexpr auto kMost = std::numeric_limits<std::size_t>::max();
    Arena arena;
    // With room left in a chunk, into which a size that wraps round would seem to fit.
    for (int round = 0; round < 2; ++round) {
        for (auto const size :
             {kMost, kMost - 7, kMost - 15, kMost / 2, limits::kFhirPathBytes + 1})
            EXPECT_EQ(arena.allocate(size), nullptr) << size;
        ASSERT_NE(arena.allocate(100), nullptr);
    }
    EXPECT_EQ(arena.allocate(limits::kFhirPathBytes), nullptr) << "beside what it holds already";
    arena.reset();
    std::size_t given = 0;
    while (auto* const place = arena.allocate(limits::kMiB)) {
        std::memset(place, 0x5A, limits::kMiB);
        given += limits::kMiB;
    }
    EXPECT_GT(given, limits::kFhirPathBytes / 2);
    EXPECT_LE(given, limits::kFhirPathBytes);
}

TEST(ArenaTest, EachPieceIsItsOwn) {
    Arena arena;
    std::vector<std::span<std::uint8_t>> pieces;
    for (std::size_t size = 1; size < 3'000; size += 37) {
        auto* const place = static_cast<std::uint8_t*>(arena.allocate(size));
        ASSERT_NE(place, nullptr);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(place) % 16, 0U);
        pieces.emplace_back(place, size);
        std::ranges::fill(pieces.back(), static_cast<std::uint8_t>(size));
    }
    for (auto const piece : pieces) {
        auto const mark = static_cast<std::uint8_t>(piece.size());
        EXPECT_TRUE(std::ranges::all_of(piece, [mark](std::uint8_t byte) { return byte == mark; }));
    }
}

TEST(ItemStackTest, EndsAtItsBoundAndKeepsWhatItHolds) {
    ItemStack stack;
    std::size_t pushed = 0;
    while (stack.push(Item::of(static_cast<std::int64_t>(pushed)))) ++pushed;
    EXPECT_EQ(pushed, limits::kFhirPathItems);
    EXPECT_EQ(stack.size(), pushed);
    stack.remove(1, pushed - 1);
    ASSERT_EQ(stack.size(), 2U);
    EXPECT_EQ(stack[0].integer(), 0);
    EXPECT_EQ(stack[1].integer(), static_cast<std::int64_t>(pushed) - 1);
    stack.truncate(0);
    EXPECT_TRUE(stack.from(0).empty());
}

}  // namespace
}  // namespace salus::fhir::fhirpath

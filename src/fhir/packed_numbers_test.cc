// What is packed comes out again, whatever the differences, and damaged bytes are refused.
#include "fhir/packed_numbers.h"

#include <gtest/gtest.h>
#include <limits>

namespace salus::fhir {
namespace {

constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();

Bytes packed(std::vector<std::uint64_t> const& numbers) {
    Bytes bytes;
    append_packed(bytes, numbers);
    return bytes;
}

TEST(PackedNumbersTest, ComeOutAsTheyWentIn) {
    struct Case {
        std::vector<std::uint64_t> numbers;
        std::size_t width;
    };
    for (auto const& [numbers, width] : std::vector<Case>{
             {{}, 0},
             {{7}, 0},
             {{kMost, kMost, kMost}, 0},
             {{1, 2, 256}, 1},
             {{1, 257}, 2},
             {{5'000'000'000, 5'000'000'000 - 65'536, 5'000'000'000}, 3},
             {{1ULL << 32U, 0, 12}, 5},
             {{kMost - 1, kMost, 0}, 8},
         }) {
        auto bytes = packed(numbers);
        ASSERT_EQ(bytes.size(), 9 + width * numbers.size());
        ASSERT_LE(bytes.size(), packed_size_largest(numbers.size()));
        EXPECT_EQ(packed_size(bytes, numbers.size()), bytes.size());
        for (std::size_t at = 0; at < numbers.size(); ++at)
            EXPECT_EQ(packed_at(bytes, at), numbers[at]) << width << " " << at;
        // What follows is not theirs.
        auto const size = bytes.size();
        bytes.push_back(1);
        EXPECT_EQ(packed_size(bytes, numbers.size()), size);
    }
}

TEST(PackedNumbersTest, WhatIsCutOrDamagedIsRefused) {
    auto const whole = packed({1, 2, 70'000});
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(packed_size(BytesView(whole).first(size), 3)) << size;
    EXPECT_FALSE(packed_size(whole, 4));
    EXPECT_FALSE(packed_size(whole, std::numeric_limits<std::size_t>::max() / 2));
    auto wide = whole;
    wide.front() = 9;
    EXPECT_FALSE(packed_size(wide, 0));
}

}  // namespace
}  // namespace salus::fhir

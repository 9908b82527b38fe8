// What of a segment is read when most of it was never written, and that nothing is overlooked so.
#include "audit/segment.h"

#include "audit/log_fixture.h"
#include "foundation/limits.h"

namespace salus::audit {
namespace {

constexpr std::size_t kPiece = 512 * limits::kKiB;
constexpr int kBatches = 24;  // of 30 KB: they reach into a second piece

class SegmentTest : public LogTest {
protected:
    SegmentTest() { segment_bytes_ = 4 * kPiece; }
};

TEST_F(SegmentTest, IsReadUpToItsLastByteThatIsNotZero) {
    auto const path = root_ / "some.segment";
    for (std::size_t const size : {std::size_t{4096}, kPiece, 3 * kPiece, 3 * kPiece + 4096}) {
        Bytes const zeros(size);
        overwrite(path, zeros);
        EXPECT_TRUE(read_written(path, size).value().empty()) << size;
        for (auto const last : {std::size_t{0}, kPiece - 1, kPiece, 2 * kPiece - 1, size - 1}) {
            if (last >= size) continue;
            auto bytes = zeros;
            bytes[last] = 1;
            overwrite(path, bytes);
            auto const written = read_written(path, size);
            ASSERT_TRUE(written) << size << " " << last;
            ASSERT_GT(written->size(), last);
            EXPECT_LE(written->size(), last + kPiece);
            EXPECT_EQ((*written)[last], 1);
        }
        EXPECT_EQ(read_written(path, size + 1).error().code, Errc::corrupt) << "it was cut";
    }
    EXPECT_EQ(read_written(root_ / "none", 8).error().code, Errc::internal);
}

TEST_F(SegmentTest, WhatStandsFarBehindTheLastBatchIsSeen) {
    ASSERT_TRUE(open());
    append_many(kBatches, 30'000);
    log_.reset();
    auto const whole = contents_of(segment(1));
    auto const end = recover_only().value();
    ASSERT_GT(end.offset, kPiece);
    ASSERT_LT(end.offset, 2 * kPiece);
    EXPECT_EQ(end.chain.range.size(), static_cast<std::uint64_t>(kBatches));
    EXPECT_EQ(end.cut_bytes, 0U);
    for (auto const at : {static_cast<std::size_t>(end.offset) + kSectorBytes, 2 * kPiece,
                          3 * kPiece - 1, 4 * kPiece - 1}) {
        auto more = whole;
        more[at] = 1;
        overwrite(segment(1), more);
        auto const found = recover_only();
        ASSERT_TRUE(found) << at;
        EXPECT_EQ(found->chain.range.size(), static_cast<std::uint64_t>(kBatches)) << at;
        EXPECT_EQ(found->cut_bytes, at - end.offset + 1) << at;
        EXPECT_EQ(contents_of(segment(1)), whole) << at;
    }
    auto damaged = whole;
    damaged[end.offset - 10'000] ^= 1U;
    overwrite(segment(1), damaged);
    auto const found = recover_only();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Errc::corrupt);
    EXPECT_EQ(contents_of(segment(1)), damaged);
}

TEST_F(SegmentTest, ATornBatchIsCutOff) {
    ASSERT_TRUE(open());
    append_many(kBatches, 30'000);
    log_.reset();
    auto torn = contents_of(segment(1));
    auto const end = recover_only().value();
    std::ranges::fill(std::span(torn).subspan(end.offset - kSectorBytes, kSectorBytes),
                      std::uint8_t{0});
    overwrite(segment(1), torn);
    auto const found = recover_only();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->chain.range.size(), static_cast<std::uint64_t>(kBatches) - 1);
    EXPECT_GT(found->cut_bytes, 0U);
    ASSERT_TRUE(open());
    append_many(1);
    log_.reset();
    EXPECT_EQ(finding(), "");
}

}  // namespace
}  // namespace salus::audit

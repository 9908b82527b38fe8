// The follower hands on each leaf once, whatever the steps, across segments and restarts.
#include "audit/follower.h"

#include "audit/log_fixture.h"

namespace salus::audit {
namespace {

class FollowerTest : public LogTest {
protected:
    Result<void> follow(Follower& follower, std::uint64_t size) {
        return follower.advance(size, [&](LeafView const& leaf) -> Result<void> {
            EXPECT_EQ(leaf.hash, leaf_hash(bytes_of(leaf.json)));
            EXPECT_EQ(leaf.index, seen_.size() + skipped_);
            seen_.emplace_back(leaf.json);
            return {};
        });
    }
    std::vector<std::string> seen_;
    std::uint64_t skipped_ = 0;
};

TEST_F(FollowerTest, HandsOnEachLeafOnceWhileTheLogGrows) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    auto follower = Follower::open(directory_, 0);
    ASSERT_TRUE(follower);
    ASSERT_TRUE(follow(*follower, 0));
    for (int i = 0; i < 30; ++i) {
        append_many(i % 5, i % 2 == 0 ? 0 : 300);
        ASSERT_TRUE(follow(*follower, log_->status().size));
    }
    EXPECT_GT(log_->status().segments, 2U);
    EXPECT_EQ(seen_, leaves());
    EXPECT_EQ(follower->range().root(), log_->status().root);
}

TEST_F(FollowerTest, BeginsAtAnyLeaf) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    append_many(60, 200);
    auto const all = leaves();
    for (std::uint64_t index = 0; index <= all.size(); ++index) {
        seen_.clear();
        skipped_ = index;
        auto follower = Follower::open(directory_, index);
        ASSERT_TRUE(follower) << index;
        ASSERT_TRUE(follow(*follower, all.size())) << index;
        EXPECT_EQ(seen_.size(), all.size() - index);
    }
}

TEST_F(FollowerTest, ReadsBatchesLargerThanItsWindow) {
    segment_bytes_ = std::size_t{16} * 1024 * 1024;
    ASSERT_TRUE(open());
    for (int batch = 0; batch < 2; ++batch) {
        std::vector<Record> records;
        for (int i = 0; i < 30; ++i) records.push_back(test_record(i, 200'000));
        ASSERT_TRUE(append(std::move(records)));
    }
    auto follower = Follower::open(directory_, 0);
    ASSERT_TRUE(follow(*follower, 60));
    EXPECT_EQ(seen_, leaves());
}

TEST_F(FollowerTest, TellsWhatIsMissingOrChanged) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    append_many(40, 200);
    auto follower = Follower::open(directory_, 0);
    EXPECT_EQ(follow(*follower, 41).error().code, Errc::corrupt);
    log_.reset();
    auto const original = contents_of(segment(2));
    for (std::size_t offset = kSegmentHeaderBytes; offset < 8192; offset += 97) {
        auto changed = original;
        changed[offset] ^= 1;
        overwrite(segment(2), changed);
        seen_.clear();
        auto reader = Follower::open(directory_, 0);
        EXPECT_EQ(follow(*reader, 40).error().code, Errc::corrupt) << offset;
    }
}

}  // namespace
}  // namespace salus::audit

#include <algorithm>
#include <thread>

#include "audit/envelope.h"
#include "audit/log_fixture.h"

namespace salus::audit {
namespace {

TEST_F(LogTest, KeepsWhatWasAppendedAndContinuesAfterAReopening) {
    ASSERT_TRUE(open());
    append_many(3, 100);
    auto const root = log_->status().root;
    ASSERT_TRUE(open());
    EXPECT_EQ(log_->status().root, root);
    EXPECT_EQ(append(test_record(3))->at(0).index, 3U);
    log_.reset();
    auto const report = verify_log(directory_);
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->finding);
    EXPECT_EQ(report->size, 4U);
    EXPECT_EQ(report->details, 3U);
    EXPECT_EQ(report->origin, kTestOrigin);
}

TEST_F(LogTest, PositionsNameTheLeavesOfOneCallInOrder) {
    ASSERT_TRUE(open());
    std::vector<Record> records;
    for (int i = 0; i < 5; ++i) records.push_back(test_record(i));
    auto const positions = append(std::move(records));
    ASSERT_TRUE(positions);
    log_.reset();
    auto const all = leaves();
    ASSERT_EQ(all.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ((*positions)[i].index, i);
        EXPECT_EQ((*positions)[i].leaf_hash, leaf_hash(bytes_of(all[i])));
        EXPECT_NE(all[i].find("\"num\":{\"n\":" + std::to_string(i) + "}"), std::string::npos);
    }
}

TEST_F(LogTest, SixtyFourAppendersGetEveryIndexOnce) {
    ASSERT_TRUE(open());
    constexpr std::size_t kThreads = 64;
    constexpr std::size_t kEach = 20;
    std::vector<std::vector<std::uint64_t>> indices(kThreads);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            BlockingExecutor home;
            for (std::size_t i = 0; i < kEach; ++i) {
                std::vector<Record> records;
                records.push_back(test_record(static_cast<std::int64_t>(t * 1000 + i)));
                auto const result = home.run(log_->append(std::move(records), home));
                if (result) indices[t].push_back(result->at(0).index);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    std::vector<std::uint64_t> all;
    for (auto const& mine : indices) {
        EXPECT_TRUE(std::ranges::is_sorted(mine));
        all.insert(all.end(), mine.begin(), mine.end());
    }
    std::ranges::sort(all);
    ASSERT_EQ(all.size(), kThreads * kEach);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], i);
    EXPECT_LT(log_->status().batches, kThreads * kEach);
    log_.reset();
    EXPECT_EQ(finding(), "");
}

TEST_F(LogTest, GoesFromSegmentToSegment) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    append_many(60, 300);
    EXPECT_GT(log_->status().segments, 4U);
    ASSERT_TRUE(open());
    append_many(20, 300);
    auto const status = log_->status();
    log_.reset();
    auto const report = verify_log(directory_);
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->finding);
    EXPECT_EQ(report->size, 80U);
    EXPECT_EQ(report->root, status.root);
    EXPECT_EQ(report->segments, status.segments);
}

TEST_F(LogTest, RefusesWhatCannotFit) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    std::vector<Record> records;
    for (int i = 0; i < 40; ++i) records.push_back(test_record(i, 1000));
    EXPECT_EQ(append(std::move(records)).error().code, Errc::too_large);
    EXPECT_EQ(log_->status().state, State::open);
    EXPECT_TRUE(append(test_record(1)));
}

TEST_F(LogTest, OneProcessAtATime) {
    ASSERT_TRUE(open());
    EXPECT_EQ(Log::open(options(), clock_, operational_log_).error().code, Errc::conflict);
}

TEST_F(LogTest, RefusesOptionsThatAreNotValid) {
    for (auto const* origin : {"", "a b", "a\"b", "a\\b", "a\nb", "\xc3\xa9"}) {
        auto wrong = options();
        wrong.origin = origin;
        EXPECT_EQ(Log::open(wrong, clock_, operational_log_).error().code, Errc::invalid);
    }
    segment_bytes_ = 1000;
    EXPECT_EQ(open().error().code, Errc::invalid);
}

TEST_F(LogTest, AnEmptyDirectoryIsNoLogWhenOneMustExist) {
    auto must = options();
    must.must_exist = true;
    EXPECT_EQ(Log::open(must, clock_, operational_log_).error().code, Errc::corrupt);
    ASSERT_TRUE(open());
    append_many(1);
    log_.reset();
    EXPECT_TRUE(Log::open(must, clock_, operational_log_));
    std::filesystem::remove(segment(1));
    std::filesystem::remove(segment(2));
    EXPECT_EQ(Log::open(must, clock_, operational_log_).error().code, Errc::corrupt);
}

TEST_F(LogTest, RefusesTheLogOfAnother) {
    ASSERT_TRUE(open());
    append_many(1);
    log_.reset();
    auto other = options();
    other.origin = "salus/other";
    EXPECT_EQ(Log::open(other, clock_, operational_log_).error().code, Errc::corrupt);
}

TEST_F(LogTest, HandsOnIntentsWithoutOutcome) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    auto const intent = [&](std::int64_t n) {
        return append(*LeafBuilder(Event::update, Outcome::ok).number("n", n).intent().build())
            ->at(0)
            .index;
    };
    auto const first = intent(101);
    auto const second = intent(102);
    append_many(60, 300);  // the intents lie in a segment that a start does not read
    auto const third = intent(103);
    ASSERT_TRUE(append(*LeafBuilder(Event::update, Outcome::ok).outcome_of(second).build()));
    ASSERT_TRUE(open());
    ASSERT_EQ(open_intents_.size(), 2U);
    EXPECT_EQ(open_intents_[0].index, first);
    EXPECT_EQ(open_intents_[1].index, third);
    auto const leaf = parse_leaf(open_intents_[0].leaf);
    ASSERT_TRUE(leaf);
    EXPECT_EQ(leaf->phase, Phase::intent);
    EXPECT_NE(leaf->what.find("101"), std::string_view::npos);
    for (auto const index : {first, third}) {
        ASSERT_TRUE(
            append(*LeafBuilder(Event::intent_closed, Outcome::ok).outcome_of(index).build()));
    }
    ASSERT_TRUE(open());
    EXPECT_TRUE(open_intents_.empty());
    log_.reset();
    EXPECT_EQ(finding(), "");
}

TEST_F(LogTest, BoundsTheIntentsThatAreOpen) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    std::uint64_t taken = 0;
    for (int i = 0; i < 400; ++i) {
        auto const result = append(*LeafBuilder(Event::update, Outcome::ok).intent().build());
        if (result) {
            ++taken;
        } else {
            EXPECT_EQ(result.error().code, Errc::unavailable);
        }
    }
    EXPECT_EQ(taken, 16U * 1024 / 4 / 24);
    EXPECT_TRUE(append(test_record(1)));
    EXPECT_TRUE(append(*LeafBuilder(Event::update, Outcome::ok).outcome_of(0).build()));
    EXPECT_TRUE(append(*LeafBuilder(Event::update, Outcome::ok).intent().build()));
}

TEST_F(LogTest, TimeNeverDecreasesAndStepsAreRecorded) {
    ASSERT_TRUE(open());
    append_many(1);
    clock_.step_wall(std::chrono::hours(-1));
    append_many(2);
    ASSERT_TRUE(open());  // the step is remembered across a restart
    append_many(1);
    clock_.step_wall(std::chrono::hours(24));
    append_many(1);
    log_.reset();
    EXPECT_EQ(finding(), "");
    std::int64_t last = 0;
    int steps = 0;
    for (auto const& text : leaves()) {
        auto const leaf = parse_leaf(text);
        ASSERT_TRUE(leaf);
        EXPECT_GE(leaf->time, last);
        last = leaf->time;
        if (leaf->what.find(R"("ev":"clock")") != std::string_view::npos) {
            ++steps;
            bool const ahead = leaf->what.find(R"("step":86400000000)") != std::string_view::npos;
            bool const back = leaf->what.find(R"("step":-3600000000)") != std::string_view::npos;
            EXPECT_TRUE(ahead || back);
            EXPECT_EQ(leaf->raw_time.has_value(), back);
            if (back) EXPECT_EQ(leaf->time - *leaf->raw_time, 3'600'000'000);
        }
    }
    EXPECT_EQ(steps, 3);
}

TEST_F(LogTest, ASmallBackwardStepOnlyKeepsTheRawTime) {
    ASSERT_TRUE(open());
    append_many(1);
    clock_.step_wall(std::chrono::milliseconds(-900));
    append_many(1);
    log_.reset();
    auto const all = leaves();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(parse_leaf(all[1])->raw_time);
}

TEST_F(LogTest, PoisonedWithinOneBatchWhenTheLiveSegmentIsRemoved) {
    ASSERT_TRUE(open());
    append_many(2);
    std::filesystem::remove(segment(1));
    EXPECT_EQ(append(test_record(9)).error().code, Errc::unavailable);
    EXPECT_EQ(log_->status().state, State::poisoned);
    EXPECT_EQ(append(test_record(9)).error().code, Errc::unavailable);
    EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(LogTest, PoisonedWhenTheLiveSegmentIsMovedOrReplaced) {
    ASSERT_TRUE(open());
    append_many(2);
    std::filesystem::rename(segment(1), root_ / "away");
    std::filesystem::copy_file(root_ / "away", segment(1));
    EXPECT_EQ(append(test_record(9)).error().code, Errc::unavailable);
    // What was acknowledged is in the copy too, so a restart goes on from there.
    ASSERT_TRUE(open());
    EXPECT_EQ(log_->status().size, 2U);
}

TEST_F(LogTest, PoisonedWhenTheDirectoryIsMoved) {
    ASSERT_TRUE(open());
    append_many(1);
    std::filesystem::rename(directory_, root_ / "away");
    EXPECT_EQ(append(test_record(9)).error().code, Errc::unavailable);
    std::filesystem::rename(root_ / "away", directory_);
    ASSERT_TRUE(open());
    EXPECT_GE(log_->status().size, 1U);
}

}  // namespace
}  // namespace salus::audit

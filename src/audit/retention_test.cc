#include "audit/retention.h"

#include "audit/follower.h"
#include "audit/inclusion_proof.h"
#include "audit/log_fixture.h"
#include "audit/pruning.h"

namespace salus::audit {
namespace {

using namespace std::chrono_literals;

constexpr auto kSixYears = 6 * std::chrono::days(366);
constexpr crypto::Sha256Digest kVersions{7};

CompartmentId patient(std::uint8_t number) {
    return CompartmentId(CompartmentId::Array{number});
}

class RetentionTest : public LogTest {
protected:
    RetentionTest() { segment_bytes_ = kSmallestSegmentBytes; }

    // Three segments, then `pause`, then a fourth.
    void fill(std::chrono::nanoseconds pause) {
        ASSERT_TRUE(open());
        while (log_->status().segments < 4) append_many(1, 2000);
        clock_.advance(pause);
        append_many(5);
    }
    Result<RetentionState> judge(LegalHolds const& holds = {}) {
        return judge_retention(directory_, *RetentionPeriod::of_years(6), holds, clock_.now());
    }
    // The first segment that stays; 0: nothing is due.
    std::uint64_t due(LegalHolds const& holds = {}) {
        auto const state = judge(holds);
        if (!state) return 99;
        return state->due ? state->due->segment() : 0;
    }
    std::uint64_t record(PrunedPrefix const& prefix) {
        auto leaf = LeafBuilder(Event::retention_pruned, Outcome::ok).pruned(prefix).build();
        return append(*std::move(leaf))->front().index;
    }
    Result<RecordedPruning> prune() {
        SALUS_TRY(auto const state, judge());
        auto const prefix = state.due->with(kVersions);
        return declare_pruned(directory_, *state.due, prefix, record(prefix));
    }
    void cosigned(std::int64_t at) {
        auto leaf = LeafBuilder(Event::heartbeat, Outcome::ok).number("cosigned", at).build();
        ASSERT_TRUE(append(*std::move(leaf)));
    }
};

TEST_F(RetentionTest, nobody_keeps_for_less_than_six_years) {
    EXPECT_FALSE(RetentionPeriod::of_years(5));
    EXPECT_FALSE(RetentionPeriod::of_years(0));
    EXPECT_FALSE(RetentionPeriod::of_years(101));
    EXPECT_EQ(RetentionPeriod::of_years(6)->length(), kSixYears);
}

TEST_F(RetentionTest, nothing_is_due_before_its_time) {
    fill(kSixYears - 1s);
    EXPECT_EQ(due(), 0U);
}

TEST_F(RetentionTest, a_segment_is_due_when_its_last_leaf_is_old_enough) {
    fill(kSixYears);
    // The fourth has younger leaves.
    EXPECT_EQ(due(), 4U);
    auto const state = judge();
    EXPECT_EQ(state->proved_age, kSixYears);
    EXPECT_EQ(state->first, 0U);
}

TEST_F(RetentionTest, a_wall_clock_that_is_set_ahead_makes_nothing_due) {
    fill(1h);
    clock_.step_wall(7 * std::chrono::days(366));
    append_many(5);
    EXPECT_EQ(due(), 0U);
    EXPECT_EQ(judge()->proved_age, 1h);
}

TEST_F(RetentionTest, leaves_that_were_dated_back_are_not_due) {
    clock_.step_wall(-7 * std::chrono::days(366));
    fill(1h);
    clock_.step_wall(7 * std::chrono::days(366));
    append_many(5);
    EXPECT_EQ(due(), 0U);
}

TEST_F(RetentionTest, the_mirror_proves_the_time_that_the_machine_was_off) {
    fill(1h);
    cosigned(1'000);
    clock_.step_wall(kSixYears + 1h);
    append_many(1);
    EXPECT_EQ(due(), 0U);
    cosigned(1'000 + std::chrono::seconds(kSixYears).count() - 1);
    EXPECT_EQ(due(), 0U);
    cosigned(1'000 + std::chrono::seconds(kSixYears).count());
    EXPECT_EQ(due(), 4U);
}

TEST_F(RetentionTest, what_the_mirror_says_does_not_move_the_wall_clock) {
    fill(1h);
    cosigned(1'000);
    cosigned(1'000 + 2 * std::chrono::seconds(kSixYears).count());
    EXPECT_EQ(due(), 0U);
}

TEST_F(RetentionTest, a_hold_keeps_from_the_first_leaf_of_the_patient_on) {
    ASSERT_TRUE(open());
    while (log_->status().segments < 3) append_many(1, 2000);
    ASSERT_TRUE(append(*LeafBuilder(Event::read, Outcome::ok).patient(patient(1)).build()));
    while (log_->status().segments < 4) append_many(1, 2000);
    clock_.advance(kSixYears);
    append_many(5);
    EXPECT_EQ(due({.whole_log = true, .patients = {}}), 0U);
    EXPECT_EQ(due({.whole_log = false, .patients = {patient(1)}}), 3U);
    EXPECT_EQ(due({.whole_log = false, .patients = {patient(2)}}), 4U);
}

TEST_F(RetentionTest, where_an_intent_is_open_the_log_is_not_cut) {
    ASSERT_TRUE(open());
    while (log_->status().segments < 2) append_many(1, 2000);
    auto const intent = append(*LeafBuilder(Event::update, Outcome::ok).intent().build());
    while (log_->status().segments < 3) append_many(1, 2000);
    auto outcome =
        LeafBuilder(Event::update, Outcome::ok).outcome_of(intent->front().index).build();
    ASSERT_TRUE(append(*std::move(outcome)));
    clock_.advance(kSixYears);
    append_many(5);
    EXPECT_EQ(due(), 2U);
}

TEST_F(RetentionTest, a_damaged_log_has_nothing_that_is_due) {
    fill(kSixYears);
    auto bytes = contents_of(segment(2));
    bytes[6000] ^= 1;
    overwrite(segment(2), bytes);
    EXPECT_EQ(judge().error().code, Errc::corrupt);
}

TEST_F(RetentionTest, a_pruned_log_is_read_verified_proved_and_continued) {
    fill(kSixYears);
    auto const first = judge()->due->first();
    ASSERT_TRUE(prune());
    auto const whole = leaves();
    auto const removed = remove_pruned_segments(directory_, *RecordedPruning::find(directory_));
    EXPECT_EQ(removed.value(), 3U);
    EXPECT_FALSE(std::filesystem::exists(segment(3)));

    EXPECT_EQ(finding(), "");
    EXPECT_EQ(leaves(), whole);
    EXPECT_EQ(verify_log(directory_)->first, first);
    ASSERT_TRUE(open()) << "by the next start";
    append_many(40, 2000);  // some segments more
    EXPECT_EQ(finding(), "");
    EXPECT_EQ(verify_log(directory_)->root, log_->status().root);

    EXPECT_EQ(Follower::open(directory_, first - 1).error().code, Errc::gone);
    EXPECT_EQ(Follower::open(directory_, 0).error().code, Errc::gone);
    EXPECT_TRUE(Follower::open(directory_, first));
    EXPECT_EQ(due(), 0U) << "what is left is young";
}

TEST_F(RetentionTest, every_leaf_that_is_left_has_a_proof) {
    fill(kSixYears);
    auto const size = log_->status().size;
    std::vector<InclusionProof> before;
    for (std::uint64_t i = 0; i < size; ++i)
        before.push_back(*prove_inclusion(directory_, i, size));
    ASSERT_TRUE(remove_pruned_segments(directory_, *prune()));
    auto const first = read_pruning(directory_)->prefix.first;
    for (std::uint64_t i = 0; i < size; ++i) {
        auto const proof = prove_inclusion(directory_, i, size);
        EXPECT_EQ(proof.has_value(), i >= first);
        if (!proof) continue;
        EXPECT_EQ(proof->nodes, before[i].nodes);
        EXPECT_EQ(proof->root, before[i].root);
    }
}

TEST_F(RetentionTest, it_is_pruned_again_when_more_is_due) {
    fill(kSixYears);
    ASSERT_TRUE(remove_pruned_segments(directory_, *prune()));
    while (log_->status().segments < 7) append_many(1, 2000);
    clock_.advance(kSixYears);
    append_many(5);
    EXPECT_EQ(due(), 7U);
    ASSERT_TRUE(remove_pruned_segments(directory_, *prune()));
    EXPECT_EQ(finding(), "");
    EXPECT_TRUE(open());
}

TEST_F(RetentionTest, a_crash_at_any_step_leaves_a_whole_log) {
    fill(kSixYears);
    // The leaf alone; the file alone; each number of segments that were removed, in either order.
    record(judge()->due->with(kVersions));
    ASSERT_TRUE(open());
    EXPECT_EQ(finding(), "");
    ASSERT_TRUE(prune());
    for (auto const number : {2, 3, 1}) {
        ASSERT_TRUE(open());
        EXPECT_EQ(finding(), "");
        std::filesystem::remove(segment(static_cast<std::uint64_t>(number)));
    }
    ASSERT_TRUE(open());
    EXPECT_EQ(finding(), "");
    EXPECT_EQ(remove_pruned_segments(directory_, *RecordedPruning::find(directory_)).value(), 0U);
}

TEST_F(RetentionTest, segments_that_were_removed_by_hand_are_damage) {
    fill(kSixYears);
    log_.reset();
    std::filesystem::remove(segment(1));
    EXPECT_EQ(finding(), "a segment of the audit log is missing");
    EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(RetentionTest, a_forged_file_does_not_make_a_pruning) {
    fill(kSixYears);
    auto const state = judge();
    auto const prefix = state->due->with(kVersions);
    auto const size = log_->status().size;
    log_.reset();
    for (std::uint64_t number = 1; number < 4; ++number) std::filesystem::remove(segment(number));
    for (std::uint64_t leaf = prefix.first; leaf <= size; ++leaf) {
        ASSERT_TRUE(write_pruning(directory_, {.prefix = prefix, .leaf = leaf}));
        EXPECT_EQ(finding(), "no leaf records that the log's beginning was pruned");
        EXPECT_EQ(open().error().code, Errc::corrupt);
    }
}

TEST_F(RetentionTest, a_recorded_pruning_is_one_of_that_prefix_only) {
    fill(kSixYears);
    auto const state = judge();
    auto prefix = state->due->with(kVersions);
    auto const leaf = record(prefix);
    EXPECT_FALSE(declare_pruned(directory_, *state->due, prefix, leaf - 1));
    prefix.root[0] ^= 1;
    EXPECT_FALSE(declare_pruned(directory_, *state->due, prefix, leaf));
    EXPECT_EQ(RecordedPruning::find(directory_).error().code, Errc::not_found);

    ASSERT_TRUE(declare_pruned(directory_, *state->due, state->due->with(kVersions), leaf));
    // More is gone than was recorded.
    log_.reset();
    std::filesystem::remove(segment(4));
    EXPECT_EQ(finding(), "a segment of the audit log is missing");
    EXPECT_EQ(open().error().code, Errc::corrupt);
}

TEST_F(RetentionTest, a_changed_file_of_a_pruning_is_refused) {
    fill(kSixYears);
    ASSERT_TRUE(remove_pruned_segments(directory_, *prune()));
    log_.reset();
    auto const file = directory_ / "pruned";
    auto const good = contents_of(file);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] ^= 1;
        overwrite(file, bad);
        EXPECT_NE(finding(), "") << i;
        EXPECT_FALSE(open()) << i;
    }
    std::filesystem::remove(file);
    EXPECT_EQ(finding(), "a segment of the audit log is missing");
    overwrite(file, good);
    EXPECT_EQ(finding(), "");
}

}  // namespace
}  // namespace salus::audit

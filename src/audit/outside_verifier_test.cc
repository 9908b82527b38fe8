// The verifier that was written from the format page alone agrees with ours, on whole logs and on
// damaged ones.
#include <cstdio>

#include "audit/log_fixture.h"
#include "audit/pruning.h"

namespace salus::audit {
namespace {

class OutsideVerifierTest : public LogTest {
protected:
    std::string verify_outside() const {
        auto const command = "python3 " SALUS_SOURCE_DIR "/tests/outside/verify_audit_log.py '" +
                             directory_.string() + "' 2>&1";
        std::unique_ptr<FILE, int (*)(FILE*)> const pipe(::popen(command.c_str(), "r"), ::pclose);
        std::string output;
        std::array<char, 256> line{};
        while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) output += line.data();
        return output;
    }
};

TEST_F(OutsideVerifierTest, AgreesOnAWholeLogAndOnDamagedOnes) {
    segment_bytes_ = 16 * 1024;
    ASSERT_TRUE(open());
    for (int i = 0; i < 40; ++i) {
        std::vector<Record> records;
        for (int n = 0; n <= i % 3; ++n) records.push_back(test_record(n, n == 1 ? 333 : 0));
        if (i % 5 == 0) {
            records.push_back(*LeafBuilder(Event::update, Outcome::ok).intent().build());
        }
        if (i == 20) clock_.step_wall(std::chrono::hours(-2));
        if (i == 30) {
            records.push_back(*LeafBuilder(Event::update, Outcome::ok).outcome_of(1).build());
        }
        ASSERT_TRUE(append(std::move(records)));
    }
    auto const status = log_->status();
    EXPECT_GT(status.segments, 2U);
    log_.reset();
    EXPECT_EQ(finding(), "");
    EXPECT_EQ(verify_outside(), "size " + std::to_string(status.size) + "\nroot " +
                                    to_hex(status.root) + "\norigin " + std::string(kTestOrigin) +
                                    "\n");
    auto const original = contents_of(segment(2));
    for (std::size_t offset = 5; offset < original.size(); offset += 1501) {
        auto changed = original;
        changed[offset] ^= 0x10;
        overwrite(segment(2), changed);
        EXPECT_NE(finding(), "");
        EXPECT_NE(verify_outside().find("0000000002.segment offset"), std::string::npos) << offset;
    }
}

TEST_F(OutsideVerifierTest, AgreesOnAPrunedLogAndOnWhatOnlyLooksLikeOne) {
    segment_bytes_ = kSmallestSegmentBytes;
    ASSERT_TRUE(open());
    while (log_->status().segments < 4) append_many(1, 2000);
    clock_.advance(6 * std::chrono::days(366));
    append_many(5);
    auto const state = judge_retention(directory_, *RetentionPeriod::of_years(6), {}, clock_.now());
    ASSERT_TRUE(state && state->due);
    auto const prefix = state->due->with({});
    auto leaf = LeafBuilder(Event::retention_pruned, Outcome::ok).pruned(prefix).build();
    auto const index = append(*std::move(leaf))->front().index;
    auto const recorded = declare_pruned(directory_, *state->due, prefix, index);
    ASSERT_TRUE(recorded);
    auto const whole = "size " + std::to_string(log_->status().size) + "\nroot " +
                       to_hex(log_->status().root) + "\norigin " + std::string(kTestOrigin) + "\n";
    EXPECT_EQ(verify_outside(), whole) << "its files are still there";
    ASSERT_TRUE(remove_pruned_segments(directory_, *recorded));
    EXPECT_EQ(verify_outside(), whole);
    ASSERT_TRUE(write_pruning(directory_, {.prefix = prefix, .leaf = index - 1}));
    EXPECT_TRUE(verify_outside().contains("no leaf records"));
    std::filesystem::remove(directory_ / "pruned");
    EXPECT_TRUE(verify_outside().contains("a segment is missing"));
}

}  // namespace
}  // namespace salus::audit

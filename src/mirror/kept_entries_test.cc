// Strict mode at the mirror (AUD-4): what is acknowledged is durable, and is continued or nothing
// is cosigned.
#include "mirror/kept_entries.h"

#include <fstream>

#include "mirror/mirror_for_test.h"
#include "transparency/publisher.h"

namespace salus::mirror {
namespace {

using namespace std::chrono_literals;
using transparency::Refusal;

class KeptEntriesTest : public MirrorTest {
protected:
    // With the root that the log has at `end`.
    RootedEntries rooted(LogForTest const& log, std::uint64_t begin, std::uint64_t end) const {
        auto entries = log.entries(0, end);
        audit::CompactRange tree;
        EXPECT_TRUE(for_each_entry(entries.bundle, [&tree](std::string_view entry) {
            tree.append(audit::leaf_hash(bytes_of(entry)));
            return Result<void>();
        }));
        return {.entries = log.entries(begin, end), .root = tree.root()};
    }
    Result<EntriesAnswer> keep(LogForTest const& log, std::uint64_t begin, std::uint64_t end) {
        return service_->keep_entries(rooted(log, begin, end));
    }
    // What the mirror has and has promised.
    std::uint64_t size() { return keep(log_, 1'000'000, 0)->size; }
    [[nodiscard]] std::filesystem::path file_of_kept() const { return log_directory() / "kept"; }
    [[nodiscard]] Bytes kept_bytes() const { return read_file(file_of_kept(), 1 << 20).value(); }
    void write_kept(BytesView bytes) {
        std::ofstream(file_of_kept(), std::ios::binary | std::ios::trunc) << text_of(bytes);
    }
};

TEST_F(KeptEntriesTest, WhatIsAcknowledgedIsThereAfterARestart) {
    log_.grow(40);
    EXPECT_EQ(keep(log_, 0, 10)->size, 10U);
    EXPECT_EQ(keep(log_, 10, 11)->size, 11U);
    restart();
    ASSERT_NE(service_, nullptr) << failure_.text();
    EXPECT_EQ(size(), 11U);
    EXPECT_EQ(keep(log_, 11, 40)->size, 40U);
    // The question whether it is this log: no entries, the root.
    EXPECT_TRUE(keep(log_, 40, 40)->taken);
    EXPECT_FALSE(keep(log_, 11, 40)->taken);
    EXPECT_TRUE(alarms_.kinds.empty());
}

TEST_F(KeptEntriesTest, ACheckpointTakesWhatItCoversAndTheRestStays) {
    auto shorter = log_.fork(file("shorter"), 0);
    for (std::uint64_t const size : {300U, 301U, 700U}) {
        log_.grow(size);
        ASSERT_TRUE(keep(log_, this->size(), size)->taken);
    }
    std::uint64_t cosigned = 0;
    for (std::uint64_t const at : {299U, 300U, 650U, 700U}) {
        auto part = log_.fork(file("part"), at);
        part.publish();
        ASSERT_TRUE(is_cosigned(service_->add_checkpoint("c", part.since(cosigned)), part)) << at;
        cosigned = at;
        if (at != 300U) restart();
        ASSERT_NE(service_, nullptr) << failure_.text();
        EXPECT_EQ(size(), 700U) << at;
    }
    EXPECT_TRUE(kept_bytes().empty());
    transparency::TileReader copy(log_directory(), 700);
    EXPECT_EQ(copy.root().value(), log_.head().root);
    // And on, with strict mode and without it.
    log_.grow(720);
    ASSERT_TRUE(keep(log_, 700, 710)->taken);
    ASSERT_TRUE(service_->add_entries("c", log_.entries(710, 720))->taken);
    EXPECT_TRUE(is_cosigned(service_->add_checkpoint("c", log_.since(700)), log_));
    restart();
    ASSERT_NE(service_, nullptr) << failure_.text();
    EXPECT_EQ(size(), 720U);
    EXPECT_TRUE(alarms_.kinds.empty());
}

TEST_F(KeptEntriesTest, AnotherLogIsRefusedBeforeItIsKept) {
    log_.grow(30);
    ASSERT_TRUE(keep(log_, 0, 20)->taken);
    auto forged = log_.fork(file("forged"), 19);
    forged.grow(30, "forged");
    EXPECT_EQ(keep(forged, 20, 30).error().code, Errc::corrupt);
    EXPECT_EQ(keep(forged, 20, 20).error().code, Errc::corrupt);
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::fork});
    EXPECT_EQ(size(), 20U);
    EXPECT_TRUE(keep(log_, 20, 30)->taken);
    auto cut = rooted(log_, 30, 30);
    cut.entries.bundle = "\x01";
    EXPECT_EQ(service_->keep_entries(cut).error().code, Errc::invalid);
}

// The signer's key is stolen and the end of the log cut off and written anew, after answers left.
TEST_F(KeptEntriesTest, ACheckpointThatDoesNotContinueWhatWasPromisedIsAFork) {
    log_.grow(50);
    ASSERT_TRUE(keep(log_, 0, 50)->taken);
    for (std::uint64_t const length : {30U, 50U, 80U}) {
        auto forged = log_.fork(file("forged"), 29);
        forged.grow(length, "forged");
        ASSERT_TRUE(
            service_->add_entries("c", forged.entries(50, std::max<std::uint64_t>(50, length)))
                ->taken);
        auto const answer = service_->add_checkpoint("c", forged.since(0));
        ASSERT_TRUE(answer) << length;
        EXPECT_TRUE(answer->cosignature.empty());
        EXPECT_EQ(answer->refusal.why, Refusal::Why::inconsistent);
    }
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::fork});
    EXPECT_EQ(size(), 50U);
    EXPECT_TRUE(is_cosigned(service_->add_checkpoint("c", log_.since(0)), log_));
}

// The log stays at an older state that was signed; what was promised is not signed any more.
TEST_F(KeptEntriesTest, WhatIsKeptAndNotSignedIsAGap) {
    log_.grow(20);
    ASSERT_TRUE(keep(log_, 0, 20)->taken);
    auto older = log_.fork(file("older"), 10);
    older.publish();
    ASSERT_TRUE(is_cosigned(service_->add_checkpoint("c", older.since(0)), older));
    for (int i = 0; i < 3; ++i) {
        clock_.advance(50s);
        ASSERT_TRUE(is_cosigned(service_->add_checkpoint("c", older.since(10)), older));
        service_->watch(60s);
    }
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::gap});
    ASSERT_TRUE(is_cosigned(service_->add_checkpoint("c", log_.since(10)), log_));
    EXPECT_EQ(alarms_.kinds.back(), AlarmKind::over);
}

// A power cut: any part of the last frame is lost or zero.
TEST_F(KeptEntriesTest, ATornFrameIsCutAndTold) {
    log_.grow(12);
    ASSERT_TRUE(keep(log_, 0, 10)->taken);
    auto const acknowledged = kept_bytes().size();
    ASSERT_TRUE(keep(log_, 10, 12)->taken);
    auto const whole = kept_bytes();
    for (auto at = acknowledged; at < whole.size(); ++at) {
        for (bool const zeros : {false, true}) {
            auto torn = Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at));
            if (zeros) torn.resize(whole.size(), 0);
            if (torn == whole) continue;
            write_kept(torn);
            alarms_.kinds.clear();
            restart();
            ASSERT_NE(service_, nullptr) << at << failure_.text();
            EXPECT_EQ(size(), 10U) << at;
            bool const is_cut = zeros || at > acknowledged;
            EXPECT_EQ(alarms_.kinds.size(), is_cut ? 1U : 0U) << at;
            EXPECT_EQ(kept_bytes().size(), acknowledged);
        }
    }
    ASSERT_TRUE(keep(log_, 10, 12)->taken);
    restart();
    EXPECT_EQ(size(), 12U);
}

TEST_F(KeptEntriesTest, EveryChangedByteBeforeTheLastFrameIsDamage) {
    log_.grow(12);
    ASSERT_TRUE(keep(log_, 0, 10)->taken);
    auto const first = kept_bytes().size();
    ASSERT_TRUE(keep(log_, 10, 12)->taken);
    auto const whole = kept_bytes();
    for (std::size_t at = 0; at < first; ++at) {
        auto changed = whole;
        changed[at] ^= 1U;
        write_kept(changed);
        restart();
        ASSERT_EQ(service_, nullptr) << at;
    }
    // Nor is one without the frames before it.
    write_kept(BytesView(whole).subspan(first));
    restart();
    EXPECT_EQ(service_, nullptr);
}

// Killed between the checkpoint and the drop of what it covers.
TEST_F(KeptEntriesTest, WhatLiesBeforeTheTilesIsPassedOver) {
    log_.grow(30);
    ASSERT_TRUE(keep(log_, 0, 20)->taken);
    auto const before = kept_bytes();
    ASSERT_TRUE(keep(log_, 20, 30)->taken);
    auto const longer = kept_bytes();
    auto part = log_.fork(file("part"), 25);
    part.publish();
    ASSERT_TRUE(is_cosigned(service_->add_checkpoint("c", part.since(0)), part));
    write_kept(longer);
    restart();
    ASSERT_NE(service_, nullptr) << failure_.text();
    EXPECT_EQ(size(), 30U);
    write_kept(before);
    restart();
    ASSERT_NE(service_, nullptr) << failure_.text();
    EXPECT_EQ(size(), 25U);
    ASSERT_TRUE(keep(log_, 25, 30)->taken);
    restart();
    ASSERT_NE(service_, nullptr) << failure_.text();
    EXPECT_TRUE(is_cosigned(service_->add_checkpoint("c", log_.since(25)), log_));
}

TEST_F(KeptEntriesTest, ADirectoryThatCannotBeWrittenKeepsNothing) {
    log_.grow(10);
    std::filesystem::create_directory(file_of_kept());
    restart();
    EXPECT_EQ(service_, nullptr);
    std::filesystem::remove(file_of_kept());
    restart();
    std::filesystem::create_directory(file_of_kept());
    EXPECT_EQ(keep(log_, 0, 10).error().code, Errc::unavailable);
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::damage});
    std::filesystem::remove(file_of_kept());
    EXPECT_TRUE(keep(log_, 0, 10)->taken);
}

}  // namespace
}  // namespace salus::mirror

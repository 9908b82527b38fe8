// Everything that reads tiles, on a log whose beginning was pruned.
#include "audit/log_fixture.h"
#include "transparency/keyed_signer.h"
#include "transparency/log_check.h"
#include "transparency/pruned_tiles.h"
#include "transparency/publisher.h"

namespace salus::transparency {
namespace {

constexpr auto kSixYears = 6 * std::chrono::days(366);

class PrunedLogTest : public audit::LogTest {
protected:
    void SetUp() override {
        segment_bytes_ = audit::kSmallestSegmentBytes;
        ASSERT_TRUE(open());
        ASSERT_TRUE(KeyedSigner::create(root_ / "signer", crypto::SignatureAlgorithm::ed25519));
        signer_.emplace(*KeyedSigner::open(root_ / "signer"));
        append_many(20);
        publish();
        before_ = published();
        while (log_->status().size < 700) {
            std::vector<audit::Record> records;
            for (int i = 0; i < 5; ++i) records.push_back(audit::test_record(i));
            ASSERT_TRUE(append(std::move(records)));
        }
        clock_.advance(kSixYears);
        append_many(100);
        publish();
    }
    void publish() {
        Publisher publisher(directory_, *log_, *signer_, *verifier(), clock_, Patience{});
        auto const done = publisher.publish();
        ASSERT_TRUE(done) << done.error().why.text();
    }
    void prune() {
        auto const state = audit::judge_retention(directory_, *audit::RetentionPeriod::of_years(6),
                                                  {}, clock_.now());
        ASSERT_TRUE(state && state->due);
        std::string where;
        auto const prefix = state->due->with({});
        ASSERT_TRUE(check_pruned_tiles(directory_, {prefix.first, prefix.root}, where)) << where;
        auto leaf = audit::LeafBuilder(audit::Event::retention_pruned, audit::Outcome::ok)
                        .pruned(prefix)
                        .build();
        auto const index = append(*std::move(leaf))->front().index;
        auto const recorded = audit::declare_pruned(directory_, *state->due, prefix, index);
        ASSERT_TRUE(recorded);
        ASSERT_TRUE(audit::remove_pruned_segments(directory_, *recorded));
        EXPECT_EQ(remove_pruned_entries(directory_, *recorded).value(), prefix.first / kTileWidth);
        EXPECT_EQ(remove_pruned_entries(directory_, *recorded).value(), 0U);
        first_ = prefix.first;
        publish();
    }
    std::optional<NoteVerifier> verifier() const {
        return *NoteVerifier::make(std::string(audit::kTestOrigin), signer_->public_key());
    }
    Checkpoint published() const {
        return *open_checkpoint(*read_checkpoint_note(directory_), *verifier());
    }
    std::string found() const {
        auto const check = check_log(directory_, verifier(), audit::Writer::running);
        if (!check) return "unreadable";
        return check->finding ? std::string(check->finding->why.text()) : "";
    }

    std::optional<KeyedSigner> signer_;
    Checkpoint before_;
    std::uint64_t first_ = 0;
};

TEST_F(PrunedLogTest, IsWholeAndGoesOn) {
    EXPECT_EQ(found(), "");
    prune();
    ASSERT_GT(first_, 256U);
    EXPECT_EQ(found(), "");
    ASSERT_TRUE(open());
    append_many(300);
    publish();
    EXPECT_EQ(found(), "");
}

TEST_F(PrunedLogTest, ContinuesCheckpointsThatWereKeptBeforeAndSince) {
    auto const middle = published();
    prune();
    append_many(10);
    publish();
    for (auto const& kept : {before_, middle}) {
        auto const check = check_since(directory_, *verifier(), kept);
        ASSERT_TRUE(check);
        EXPECT_FALSE(check->finding) << check->finding->why.text();
    }
    auto forged = before_;
    forged.head.root[0] ^= 1;
    EXPECT_TRUE(check_since(directory_, *verifier(), forged)->finding);
}

TEST_F(PrunedLogTest, AnEntryThatIsGoneIsTold) {
    prune();
    EXPECT_EQ(check_entry(directory_, *verifier(), first_ - 1).error().code, Errc::gone);
    EXPECT_EQ(check_entry(directory_, *verifier(), 0).error().code, Errc::gone);
    auto const size = published().head.size;
    for (auto index = first_; index < size; ++index) {
        EXPECT_TRUE(check_entry(directory_, *verifier(), index)) << index;
    }
}

TEST_F(PrunedLogTest, EveryTileOfWhatIsGoneIsStillChecked) {
    prune();
    // Partial ones of smaller trees stand beside those that count.
    auto const size = published().head.size;
    auto const is_of_tree = [&](std::string const& path) {
        return !path.contains(".p/") || path.ends_with("/" + std::to_string(size % kTileWidth)) ||
               path.ends_with("/" + std::to_string(size / kTileWidth));
    };
    std::vector<std::filesystem::path> tiles;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(directory_ / "tile")) {
        auto const path = entry.path().string();
        if (!entry.is_regular_file() || path.contains("entries")) continue;
        if (is_of_tree(path)) tiles.push_back(entry.path());
    }
    ASSERT_GT(tiles.size(), 3U);
    for (auto const& tile : tiles) {
        auto const good = audit::contents_of(tile);
        auto bad = good;
        bad[5] ^= 1;
        audit::overwrite(tile, bad);
        EXPECT_NE(found(), "") << tile;
        std::filesystem::remove(tile);
        EXPECT_NE(found(), "") << tile;
        audit::overwrite(tile, good);
    }
    EXPECT_EQ(found(), "");
}

TEST_F(PrunedLogTest, WithoutItsCheckpointIsPublishedFromWhatIsLeft) {
    prune();
    auto const head = published().head;
    std::filesystem::remove(checkpoint_file(directory_));
    // The signer remembers; its tiles are those that stand.
    publish();
    EXPECT_EQ(published().head, head);
    EXPECT_EQ(found(), "");
}

TEST_F(PrunedLogTest, WithoutTheTilesOfWhatIsGoneIsNotSigned) {
    prune();
    std::filesystem::remove(checkpoint_file(directory_));
    std::filesystem::remove_all(directory_ / "tile");
    Publisher publisher(directory_, *log_, *signer_, *verifier(), clock_, Patience{});
    EXPECT_FALSE(publisher.publish());
}

}  // namespace
}  // namespace salus::transparency

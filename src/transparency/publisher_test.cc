// Publishing a live log: checkpoints, restarts, and the states that an operator sees.
#include "transparency/publisher.h"

#include "audit/log_fixture.h"
#include "transparency/keyed_signer.h"
#include "transparency/signed_log.h"

namespace salus::transparency {
namespace {

using namespace std::chrono_literals;

// The signer, which a test may take away.
class Switch final : public CheckpointSigner {
public:
    explicit Switch(CheckpointSigner& signer) : signer_(signer) {}
    Result<SigningAnswer> sign(Continuation const& request) override {
        if (is_gone) return fail(Errc::unavailable, "the signer does not answer");
        auto answer = signer_.sign(request);
        if (loses_answers) return fail(Errc::unavailable, "the signer does not answer");
        return answer;
    }
    bool is_gone = false;
    bool loses_answers = false;

private:
    CheckpointSigner& signer_;
};

class PublisherTest : public audit::LogTest {
protected:
    void SetUp() override {
        segment_bytes_ = 16 * 1024;
        ASSERT_TRUE(open());
        ASSERT_TRUE(KeyedSigner::create(root_ / "signer", crypto::SignatureAlgorithm::ed25519));
        signer_.emplace(*KeyedSigner::open(root_ / "signer"));
        switch_.emplace(*signer_);
        restart();
    }
    void restart() {
        publisher_ = std::make_unique<Publisher>(
            directory_, *log_, *switch_,
            *NoteVerifier::make(std::string(audit::kTestOrigin), signer_->public_key()), clock_,
            Patience{.degraded_after = 60s, .closed_after = 900s});
    }
    Checkpoint published() const {
        auto const note = read_file(checkpoint_file(directory_), kNoteBytesMost);
        auto const verifier =
            NoteVerifier::make(std::string(audit::kTestOrigin), signer_->public_key());
        auto checkpoint = open_checkpoint(text_of(*note), *verifier);
        return checkpoint ? *checkpoint : Checkpoint{};
    }
    TreeHead logged() const { return {log_->status().size, log_->status().root}; }
    SigningState state() const { return publisher_->status().state; }

    std::optional<KeyedSigner> signer_;
    std::optional<Switch> switch_;
    std::unique_ptr<Publisher> publisher_;
};

TEST_F(PublisherTest, EachRoundSignsWhatIsDurable) {
    for (int round = 0; round < 12; ++round) {
        append_many(round * 3, round % 2 == 0 ? 0 : 200);
        ASSERT_TRUE(publisher_->publish());
        if (round == 0) continue;
        EXPECT_EQ(published().head, logged());
        EXPECT_EQ(publisher_->status().head, logged());
        if (round % 4 == 3) restart();
    }
    TileReader tiles(directory_, logged().size);
    auto const all = leaves();
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(tiles.entry(i).value(), all[i]);
}

TEST_F(PublisherTest, TilesThatWereRemovedAreMadeAgain) {
    append_many(20);
    ASSERT_TRUE(publisher_->publish());
    std::filesystem::remove_all(directory_ / "tile");
    append_many(3);
    restart();
    ASSERT_TRUE(publisher_->publish());
    EXPECT_EQ(published().head, logged());
    EXPECT_EQ(TileReader(directory_, 23).root().value(), logged().root);
}

TEST_F(PublisherTest, AnAnswerThatWasLostIsAskedForAgain) {
    append_many(5);
    switch_->loses_answers = true;
    EXPECT_FALSE(publisher_->publish());
    switch_->loses_answers = false;
    append_many(2);
    restart();
    ASSERT_TRUE(publisher_->publish());
    EXPECT_EQ(published().head, logged());
}

TEST_F(PublisherTest, WithoutASignerItDegradesThenClosesAndOpensAgain) {
    SignedLog log(*log_);
    log.watch(std::shared_ptr<Publisher const>(std::shared_ptr<void>(), publisher_.get()));
    auto const appends = [&](audit::Record record) {
        std::vector<audit::Record> records;
        records.push_back(std::move(record));
        return executor_.run(log.append(std::move(records), executor_)).has_value();
    };
    append_many(1);
    auto const intent =
        append(*audit::LeafBuilder(audit::Event::update, audit::Outcome::ok).intent().build())
            .value()
            .front();
    switch_->is_gone = true;
    EXPECT_FALSE(publisher_->publish());
    EXPECT_EQ(state(), SigningState::ok);
    clock_.advance(59s);
    EXPECT_FALSE(log.status().unsigned_for_long);
    clock_.advance(1s);
    EXPECT_EQ(state(), SigningState::degraded);
    EXPECT_TRUE(log.status().unsigned_for_long);
    EXPECT_EQ(log.status().state, audit::State::open);
    EXPECT_TRUE(appends(audit::test_record(1)));
    EXPECT_FALSE(publisher_->publish());
    clock_.advance(839s);
    EXPECT_EQ(state(), SigningState::degraded);
    clock_.advance(1s);
    EXPECT_EQ(state(), SigningState::closed);
    EXPECT_EQ(log.status().state, audit::State::closed);
    EXPECT_FALSE(appends(audit::test_record(2)));
    EXPECT_TRUE(appends(*audit::LeafBuilder(audit::Event::update, audit::Outcome::ok)
                             .outcome_of(intent.index)
                             .build()));
    switch_->is_gone = false;
    ASSERT_TRUE(publisher_->publish());
    EXPECT_EQ(state(), SigningState::ok);
    EXPECT_TRUE(appends(audit::test_record(3)));
}

// The whole directory goes back to an older copy: the signer knows better, and nothing is served.
TEST_F(PublisherTest, ARollbackIsRefusedAtOnce) {
    append_many(5);
    ASSERT_TRUE(publisher_->publish());
    log_.reset();
    std::filesystem::copy(directory_, root_ / "older", std::filesystem::copy_options::recursive);
    ASSERT_TRUE(open());
    append_many(5);
    restart();
    ASSERT_TRUE(publisher_->publish());
    log_.reset();
    std::filesystem::remove_all(directory_);
    std::filesystem::rename(root_ / "older", directory_);
    ASSERT_TRUE(open());
    for (int const more : {0, 1, 6}) {  // as it was, shorter than what was signed, longer: a fork
        append_many(more);
        restart();
        EXPECT_EQ(publisher_->publish().error().code, Errc::corrupt);
        EXPECT_EQ(state(), SigningState::closed);
    }
}

TEST_F(PublisherTest, AChangedTileOrCheckpointClosesAtOnce) {
    append_many(300);
    ASSERT_TRUE(publisher_->publish());
    append_many(1);
    for (auto const* const name : {"checkpoint", "tile/0/001.p/44", "tile/entries/001.p/44"}) {
        auto const contents = audit::contents_of(directory_ / name);
        auto changed = contents;
        changed[changed.size() / 2] ^= 1;
        audit::overwrite(directory_ / name, changed);
        restart();
        auto const result = publisher_->publish();
        audit::overwrite(directory_ / name, contents);
        ASSERT_FALSE(result) << name;
        EXPECT_EQ(state(), SigningState::closed) << name;
    }
    restart();
    EXPECT_TRUE(publisher_->publish());
}

TEST_F(PublisherTest, ASignerWithAnotherKeyIsNotBelieved) {
    append_many(3);
    ASSERT_TRUE(KeyedSigner::create(root_ / "other", crypto::SignatureAlgorithm::ed25519));
    auto other = KeyedSigner::open(root_ / "other");
    Publisher publisher(directory_, *log_, *other,
                        *NoteVerifier::make(std::string(audit::kTestOrigin), signer_->public_key()),
                        clock_, Patience{});
    EXPECT_EQ(publisher.publish().error().code, Errc::unavailable);
    EXPECT_FALSE(std::filesystem::exists(checkpoint_file(directory_)));
}

}  // namespace
}  // namespace salus::transparency

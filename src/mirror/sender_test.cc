// The server's side of a mirror: what is sent, what is published, and the states that follow.
#include "mirror/sender.h"

#include <algorithm>

#include "audit/log_fixture.h"
#include "mirror/mirror_for_test.h"
#include "transparency/keyed_signer.h"
#include "transparency/pruned_tiles.h"
#include "transparency/signed_log.h"

namespace salus::mirror {
namespace {

using namespace std::chrono_literals;
using transparency::SigningState;

// A mirror in this process, which a test may take away.
class Switch final : public Mirror {
public:
    explicit Switch(std::unique_ptr<Service>& service) : service_(service) {}
    Result<EntriesAnswer> add_entries(Entries const& entries) override {
        if (is_gone) return fail(Errc::unavailable, "gone");
        most = std::max(most, entries.bundle.size());
        return service_->add_entries(connection, entries);
    }
    Result<EntriesAnswer> keep_entries(RootedEntries const& rooted) override {
        if (is_gone) return fail(Errc::unavailable, "gone");
        return service_->keep_entries(rooted);
    }
    Result<CheckpointAnswer> add_checkpoint(transparency::Continuation const& request) override {
        if (is_gone) return fail(Errc::unavailable, "gone");
        auto answer = service_->add_checkpoint(connection, request);
        if (loses_answers) return fail(Errc::unavailable, "lost");
        return answer;
    }
    bool is_gone = false;
    bool loses_answers = false;
    std::string connection = "a";
    std::size_t most = 0;

private:
    std::unique_ptr<Service>& service_;
};

class SenderTest : public audit::LogTest {
protected:
    void SetUp() override {
        ASSERT_TRUE(open());
        ASSERT_TRUE(transparency::KeyedSigner::create(root_ / "signer",
                                                      crypto::SignatureAlgorithm::ed25519));
        signer_.emplace(*transparency::KeyedSigner::open(root_ / "signer"));
        ASSERT_TRUE(Home::create(root_ / "mirror", "mirror.example/salus"));
        home_.emplace(*Home::open(root_ / "mirror"));
        ASSERT_TRUE(home_->add_log(verifier(), clock_));
        restart_mirror();
        restart();
    }
    transparency::NoteVerifier verifier() const {
        return *transparency::NoteVerifier::make(std::string(audit::kTestOrigin),
                                                 signer_->public_key());
    }
    void restart_mirror() { service_ = *Service::open(*home_, clock_, alarms_); }
    void restart(Patience patience = {}) {
        publisher_ = std::make_unique<transparency::Publisher>(
            directory_, *log_, *signer_, verifier(), clock_, transparency::Patience{});
        sender_ = std::make_shared<Sender>(directory_, std::string(audit::kTestOrigin), *publisher_,
                                           home_->key().verifier, clock_, patience);
    }
    Result<void> round() {
        EXPECT_TRUE(publisher_->publish());
        return sender_->send(mirror_);
    }
    Result<transparency::Cosigned> cosigned(std::filesystem::path const& file) const {
        auto const note = read_file(file, transparency::kNoteBytesMost);
        if (!note) return std::unexpected(note.error());
        return home_->key().verifier.open(text_of(*note));
    }
    SigningState state() const { return sender_->status().state; }

    std::optional<transparency::KeyedSigner> signer_;
    std::unique_ptr<transparency::Publisher> publisher_;
    AlarmsForTest alarms_;
    std::optional<Home> home_;
    std::unique_ptr<Service> service_;
    Switch mirror_{service_};
    std::shared_ptr<Sender> sender_;
};

TEST_F(SenderTest, PublishesTheCosignatureBesideTheCheckpoint) {
    ASSERT_TRUE(sender_->send(mirror_));  // nothing is signed yet
    for (int round_number = 0; round_number < 6; ++round_number) {
        append_many(70);
        ASSERT_TRUE(round());
        auto const file = transparency::checkpoint_file(directory_);
        auto const text = cosigned(file);
        ASSERT_TRUE(text) << text.error().why.text();
        EXPECT_EQ(transparency::checkpoint_from(text->text)->head.size, log_->status().size);
        EXPECT_TRUE(cosigned(transparency::cosigned_file(directory_)));
        if (round_number == 3) restart();
        if (round_number == 4) restart_mirror();
    }
    EXPECT_EQ(sender_->status().size, log_->status().size);
    // A quiet log is cosigned again, with a new time.
    clock_.advance(30s);
    ASSERT_TRUE(round());
    EXPECT_EQ(sender_->status().at, std::chrono::floor<std::chrono::seconds>(clock_.now()));
    EXPECT_TRUE(alarms_.kinds.empty());
}

TEST_F(SenderTest, ALaterCheckpointIsNotReplaced) {
    append_many(3);
    ASSERT_TRUE(publisher_->publish());
    auto const earlier = publisher_->published();
    append_many(3);
    ASSERT_TRUE(publisher_->publish());
    ASSERT_TRUE(publisher_->add_cosignature(*earlier, "\xe2\x80\x94 x AAAAAAA=\n"));
    auto const note = read_file(transparency::checkpoint_file(directory_), 4096).value();
    EXPECT_EQ(transparency::open_checkpoint(text_of(note), verifier())->head.size,
              log_->status().size);
}

TEST_F(SenderTest, LongLogsGoInPieces) {
    log_.reset();
    std::filesystem::remove_all(directory_);
    segment_bytes_ = 16 * limits::kMiB;
    ASSERT_TRUE(open());
    restart();
    for (int batch = 0; batch < 8; ++batch) {
        std::vector<audit::Record> records;
        for (int i = 0; i < 1000; ++i) records.push_back(audit::test_record(i));
        ASSERT_TRUE(append(std::move(records)));
    }
    ASSERT_TRUE(round());
    EXPECT_LE(mirror_.most, kEntriesBytesMost);
    EXPECT_GT(mirror_.most, kEntriesBytesMost / 4);
    EXPECT_TRUE(cosigned(transparency::checkpoint_file(directory_)));
}

TEST_F(SenderTest, AnAnswerThatWasLostIsAskedForAgain) {
    append_many(5);
    mirror_.loses_answers = true;
    EXPECT_FALSE(round());
    mirror_.loses_answers = false;
    append_many(5);
    mirror_.connection = "b";
    ASSERT_TRUE(round());
    EXPECT_TRUE(cosigned(transparency::checkpoint_file(directory_)));
    EXPECT_TRUE(alarms_.kinds.empty());
}

TEST_F(SenderTest, TheTimeWithoutACosignatureDecides) {
    for (bool const closes : {false, true}) {
        restart({.alarm_after = 60s, .late_after = 900s, .closes_when_late = closes});
        append_many(1);
        mirror_.is_gone = false;
        ASSERT_TRUE(round());
        mirror_.is_gone = true;
        clock_.advance(60s - 1ns);
        EXPECT_FALSE(round());
        EXPECT_FALSE(sender_->is_alarming());
        clock_.advance(1ns);
        EXPECT_TRUE(sender_->is_alarming());
        EXPECT_EQ(state(), SigningState::ok);
        clock_.advance(840s);
        EXPECT_EQ(state(), closes ? SigningState::closed : SigningState::degraded);
        EXPECT_FALSE(sender_->status().why.empty() && !round());
        mirror_.is_gone = false;
        ASSERT_TRUE(round());
        EXPECT_EQ(state(), SigningState::ok);
        EXPECT_FALSE(sender_->is_alarming());
    }
}

// Row 9: log, tiles and signer went back together; nobody here can see that.
TEST_F(SenderTest, AnOlderDirectoryClosesTheLog) {
    append_many(20);
    ASSERT_TRUE(round());
    log_.reset();
    signer_.reset();
    std::filesystem::copy(root_, root_.string() + ".older",
                          std::filesystem::copy_options::recursive);
    signer_.emplace(*transparency::KeyedSigner::open(root_ / "signer"));
    ASSERT_TRUE(open());
    restart();
    append_many(20);
    ASSERT_TRUE(round());
    log_.reset();
    signer_.reset();
    for (auto const* part : {"signer", "log"}) {
        auto const place = part == std::string_view("log") ? directory_ : root_ / part;
        std::filesystem::remove_all(place);
        std::filesystem::copy((root_.string() + ".older") / place.lexically_relative(root_), place,
                              std::filesystem::copy_options::recursive);
    }
    std::filesystem::remove_all(root_.string() + ".older");
    signer_.emplace(*transparency::KeyedSigner::open(root_ / "signer"));
    ASSERT_TRUE(open());
    restart();
    transparency::SignedLog guarded(*log_);
    guarded.watch(std::shared_ptr<transparency::Cosigning const>(sender_));
    EXPECT_EQ(guarded.status().state, audit::State::open);
    EXPECT_EQ(round().error().code, Errc::corrupt);
    EXPECT_EQ(state(), SigningState::closed);
    EXPECT_EQ(guarded.status().state, audit::State::closed);
    // The finding stays, and waiting until the log is longer than there does not help.
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(audit::test_record(1000 + i)));
    restart();
    EXPECT_EQ(round().error().code, Errc::corrupt);
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::fork});
}

// Row 10: a second server continues the log from a copy, with a copy of the signer.
TEST_F(SenderTest, TheSecondOfTwoServersIsClosed) {
    append_many(20);
    ASSERT_TRUE(round());
    LogForTest forged(root_ / "forged");
    forged.grow(30);
    // Signed by its key, and longer: what the mirror would get from the second server.
    auto const text =
        to_text(transparency::Checkpoint{std::string(audit::kTestOrigin), forged.head()});
    auto const key_file_bytes = read_file(root_ / "signer" / "checkpoint.key", 4096).value();
    auto const key = crypto::SigningKey::from_pkcs8(SecretBytes(key_file_bytes)).value();
    auto request = forged.since(20);
    request.checkpoint = text + "\n" + transparency::sign_note(text, key, verifier());
    auto const answer = service_->add_checkpoint("b", request);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->refusal.why, transparency::Refusal::Why::inconsistent);
    append_many(5);
    EXPECT_TRUE(round());
}

// A log that is longer than its retention: entries that are gone here were sent, or never will be.
class PrunedSenderTest : public SenderTest {
protected:
    PrunedSenderTest() { segment_bytes_ = audit::kSmallestSegmentBytes; }
    void grow(std::uint64_t size) {
        while (log_->status().size < size) {
            std::vector<audit::Record> records;
            for (int i = 0; i < 4; ++i) records.push_back(audit::test_record(i));
            ASSERT_TRUE(append(std::move(records)));
        }
    }
    // Six years later, what was there goes.
    void prune() {
        clock_.advance(6 * std::chrono::days(366));
        grow(log_->status().size + 60);
        ASSERT_TRUE(publisher_->publish());
        auto const state = audit::judge_retention(directory_, *audit::RetentionPeriod::of_years(6),
                                                  {}, clock_.now());
        ASSERT_TRUE(state && state->due);
        auto const prefix = state->due->with({});
        auto const leaf =
            append(*audit::LeafBuilder(audit::Event::retention_pruned, audit::Outcome::ok)
                        .pruned(prefix)
                        .build());
        auto const recorded =
            audit::declare_pruned(directory_, *state->due, prefix, leaf->front().index);
        ASSERT_TRUE(recorded);
        ASSERT_TRUE(audit::remove_pruned_segments(directory_, *recorded));
        ASSERT_GT(transparency::remove_pruned_entries(directory_, *recorded).value(), 0U);
        first_ = prefix.first;
    }
    std::uint64_t first_ = 0;  // leaf that is left
};

TEST_F(PrunedSenderTest, AMirrorThatHasWhatIsGoneGoesOn) {
    grow(600);
    ASSERT_TRUE(round());
    prune();
    ASSERT_TRUE(round());
    // Whoever is started again asks the other where to go on; nothing of the prefix is needed.
    for (int start = 0; start < 3; ++start) {
        if (start != 1) restart();
        if (start != 0) restart_mirror();
        grow(log_->status().size + 30);
        auto const sent = round();
        ASSERT_TRUE(sent) << sent.error().why.text();
        EXPECT_EQ(sender_->status().size, log_->status().size);
    }
    EXPECT_TRUE(alarms_.kinds.empty());
    EXPECT_TRUE(cosigned(transparency::checkpoint_file(directory_)));
}

TEST_F(PrunedSenderTest, AMirrorThatIsInTheMiddleOfWhatIsLeftGoesOn) {
    grow(600);
    ASSERT_TRUE(round());
    mirror_.is_gone = true;
    prune();
    EXPECT_FALSE(round());
    mirror_.is_gone = false;
    restart();
    ASSERT_TRUE(round()) << "it has " << first_ << " leaves and more";
    EXPECT_TRUE(alarms_.kinds.empty());
}

TEST_F(PrunedSenderTest, AMirrorThatLacksWhatIsGoneIsNeverSentAGap) {
    grow(40);
    ASSERT_TRUE(round());
    auto const cosigned_before = sender_->status().size;
    mirror_.is_gone = true;
    grow(600);
    prune();
    mirror_.is_gone = false;
    restart({.alarm_after = 5s, .late_after = 10s, .closes_when_late = true});
    EXPECT_EQ(round().error().why.text(), "the mirror has not what was pruned here");
    EXPECT_EQ(state(), SigningState::ok);
    clock_.advance(11s);
    EXPECT_FALSE(round());
    EXPECT_EQ(state(), SigningState::closed);
    // Nothing was cosigned past what it has, and nothing is called a fork.
    restart_mirror();
    auto const again = service_->add_checkpoint("b", {first_, {}, publisher_->published()->note});
    EXPECT_EQ(again->refusal.last_size, cosigned_before);
    EXPECT_TRUE(std::ranges::find(alarms_.kinds, AlarmKind::fork) == alarms_.kinds.end());
}

TEST_F(SenderTest, AnAnswerByAnotherKeyIsNone) {
    append_many(5);
    auto const other = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
    Sender sender(
        directory_, std::string(audit::kTestOrigin), *publisher_,
        *transparency::CosignatureVerifier::make("mirror.example/salus", other.verifying_key()),
        clock_, {});
    ASSERT_TRUE(publisher_->publish());
    EXPECT_EQ(sender.send(mirror_).error().code, Errc::unavailable);
    EXPECT_FALSE(cosigned(transparency::checkpoint_file(directory_)));
}

}  // namespace
}  // namespace salus::mirror

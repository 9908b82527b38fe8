// Strict mode at the server (AUD-2, AUD-4): nothing counts that the mirror has not got; who waits
// is let go in time; a mirror that comes back is taken up again.
#include "mirror/replication.h"

#include <atomic>

#include "audit/log_fixture.h"
#include "foundation/blocking.h"
#include "foundation/limits.h"
#include "mirror/mirror_for_test.h"
#include "transparency/signed_log.h"

namespace salus::mirror {
namespace {

using namespace std::chrono_literals;
using transparency::SigningState;

constexpr auto kPatience = 150ms;
constexpr auto kLong = 10s;

// A mirror that a test may take away, hold up, or make forget.
class MirrorForTest final : public Mirror {
public:
    explicit MirrorForTest(std::unique_ptr<Service>& service) : service_(service) {}
    Result<EntriesAnswer> keep_entries(RootedEntries const& rooted) override {
        ++rounds;
        most = std::max(most.load(), rooted.entries.bundle.size());
        while (is_held) std::this_thread::sleep_for(1ms);
        if (is_gone) return fail(Errc::unavailable, "gone");
        auto answer = service_->keep_entries(rooted);
        if (loses_answers) return fail(Errc::unavailable, "lost");
        return answer;
    }
    Result<EntriesAnswer> add_entries(Entries const&) override { return fail(Errc::internal, ""); }
    Result<CheckpointAnswer> add_checkpoint(transparency::Continuation const&) override {
        return fail(Errc::internal, "");
    }
    std::atomic<bool> is_gone = false;
    std::atomic<bool> is_held = false;
    std::atomic<bool> loses_answers = false;
    std::atomic<int> rounds = 0;
    std::atomic<std::size_t> most = 0;  // bytes of one request

private:
    std::unique_ptr<Service>& service_;
};

class ReplicationTest : public audit::LogTest {
protected:
    void SetUp() override {
        ASSERT_TRUE(open());
        ASSERT_TRUE(Home::create(root_ / "mirror", "mirror.example/salus"));
        home_.emplace(*Home::open(root_ / "mirror"));
        auto const key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519);
        ASSERT_TRUE(home_->add_log(
            *transparency::NoteVerifier::make(std::string(audit::kTestOrigin), key.verifying_key()),
            clock_));
        service_ = *Service::open(*home_, clock_, alarms_);
    }
    void TearDown() override {
        if (replication_ != nullptr) mirror_->is_held = false;
        strict_.reset();
        replication_.reset();
    }
    void start(std::chrono::milliseconds patience = kLong) {
        strict_.reset();
        replication_.reset();
        auto mirror = std::make_unique<MirrorForTest>(service_);
        mirror_ = mirror.get();
        replication_ = std::make_shared<Replication>(
            Replication::Options{directory_, std::string(audit::kTestOrigin), patience}, *log_,
            std::move(mirror), [this](Replication::Status const& status) {
                if (status.state == SigningState::closed) ++closed_told_;
                lost_told_ = status.lost;
            });
        strict_ = std::make_unique<transparency::SignedLog>(*log_);
        strict_->wait_for(replication_, TenantName("default"));
    }
    Result<std::vector<audit::Position>> record(audit::LeafBuilder leaf) {
        std::vector<audit::Record> records;
        records.push_back(std::move(leaf).build().value());
        BlockingExecutor executor;
        return executor.run(strict_->append(std::move(records), executor));
    }
    Result<std::vector<audit::Position>> record() {
        return record(audit::LeafBuilder(audit::Event::read, audit::Outcome::ok));
    }
    // What a mirror has that is started anew from its directory, as after a kill.
    std::uint64_t durable_there() {
        auto const other = Service::open(*home_, clock_, alarms_).value();
        RootedEntries question;
        question.entries = {std::string(audit::kTestOrigin), 1'000'000, {}};
        return other->keep_entries(question)->size;
    }
    template <class Condition>
    static bool comes(Condition condition) {
        auto const end = std::chrono::steady_clock::now() + kLong;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(1ms);
        }
        return true;
    }

    AlarmsForTest alarms_;
    std::optional<Home> home_;
    std::unique_ptr<Service> service_;
    MirrorForTest* mirror_ = nullptr;
    std::shared_ptr<Replication> replication_;
    std::unique_ptr<transparency::SignedLog> strict_;
    std::atomic<int> closed_told_ = 0;
    std::atomic<std::uint64_t> lost_told_ = 0;
};

TEST_F(ReplicationTest, ARecordThatCountsIsDurableAtTheMirror) {
    append_many(20);  // before strict mode
    start();
    for (int i = 0; i < 20; ++i) {
        auto const positions = record();
        ASSERT_TRUE(positions) << positions.error().why.text();
        ASSERT_GT(durable_there(), positions->front().index);
    }
    EXPECT_EQ(replication_->status().size, log_->status().size);
    // After another start, and with leaves that nobody waited for.
    append_many(3);
    start();
    ASSERT_TRUE(record());
    EXPECT_EQ(durable_there(), log_->status().size);
    EXPECT_TRUE(alarms_.kinds.empty());
}

TEST_F(ReplicationTest, WhoWaitsAtOnceSharesARoundTrip) {
    start();
    ASSERT_TRUE(record());
    auto const before = mirror_->rounds.load();
    mirror_->is_held = true;
    std::vector<std::thread> callers;
    std::atomic<int> done = 0;
    for (int i = 0; i < 32; ++i) {
        callers.emplace_back([&] {
            EXPECT_TRUE(record());
            ++done;
        });
    }
    ASSERT_TRUE(comes([&] { return log_->status().size == 33; }));
    EXPECT_EQ(done, 0);
    mirror_->is_held = false;
    for (auto& caller : callers) caller.join();
    EXPECT_LE(mirror_->rounds - before, 2 + 1);
}

TEST_F(ReplicationTest, AMirrorThatIsAwayClosesInTimeAndComesBack) {
    start(kPatience);
    ASSERT_TRUE(record());
    mirror_->is_gone = true;
    auto const begin = std::chrono::steady_clock::now();
    EXPECT_EQ(record().error().code, Errc::unavailable);
    auto const waited = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(waited, kPatience);
    EXPECT_LT(waited, kLong);
    EXPECT_EQ(strict_->status().state, audit::State::closed);
    // It is on record here all the same, and nothing more is.
    auto const size = log_->status().size;
    EXPECT_EQ(size, 2U);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(record().error().code, Errc::unavailable);
    EXPECT_EQ(log_->status().size, size);
    EXPECT_TRUE(comes([&] { return closed_told_ == 1; }));
    mirror_->is_gone = false;
    EXPECT_TRUE(comes([&] { return strict_->status().state == audit::State::open; }));
    ASSERT_TRUE(record());
    EXPECT_EQ(durable_there(), 3U);
}

// It takes the request and never answers: the thread that sends is stuck, who waits is not.
TEST_F(ReplicationTest, AMirrorThatHangsKeepsNobodyForLong) {
    start(kPatience);
    ASSERT_TRUE(record());
    mirror_->is_held = true;
    std::vector<std::thread> callers;
    for (int i = 0; i < 16; ++i) {
        callers.emplace_back([&] { EXPECT_EQ(record().error().code, Errc::unavailable); });
    }
    for (auto& caller : callers) caller.join();
    EXPECT_EQ(strict_->status().state, audit::State::closed);
    mirror_->is_held = false;
    EXPECT_TRUE(comes([&] { return strict_->status().state == audit::State::open; }));
    EXPECT_TRUE(comes([&] { return durable_there() == log_->status().size; }));
}

TEST_F(ReplicationTest, AnIntentThatIsNotAcknowledgedIsNotBegun) {
    start(kPatience);
    ASSERT_TRUE(record());
    mirror_->is_gone = true;
    audit::LeafBuilder intent(audit::Event::create, audit::Outcome::ok);
    intent.intent();
    EXPECT_EQ(record(std::move(intent)).error().code, Errc::unavailable);
    EXPECT_EQ(log_->status().size, 3U);  // the intent, and that it was not begun
    EXPECT_EQ(log_->status().open_intents, 0U);
}

// What has happened is recorded in every state; its answer is not released.
TEST_F(ReplicationTest, OutcomesAreRecordedAndDoNotCount) {
    start(kPatience);
    audit::LeafBuilder intent(audit::Event::create, audit::Outcome::ok);
    intent.intent();
    auto const begun = record(std::move(intent));
    ASSERT_TRUE(begun);
    mirror_->is_gone = true;
    EXPECT_FALSE(record());
    ASSERT_EQ(strict_->status().state, audit::State::closed);
    audit::LeafBuilder outcome(audit::Event::create, audit::Outcome::ok);
    outcome.outcome_of(begun->front().index);
    EXPECT_EQ(record(std::move(outcome)).error().code, Errc::unavailable);
    EXPECT_EQ(log_->status().open_intents, 0U);
}

TEST_F(ReplicationTest, AnAnswerThatWasLostIsAskedForAgain) {
    start();
    ASSERT_TRUE(record());
    mirror_->loses_answers = true;
    std::thread caller([&] { EXPECT_TRUE(record()); });
    ASSERT_TRUE(comes([&] { return replication_->status().why == Literal("lost"); }));
    mirror_->loses_answers = false;
    caller.join();
    EXPECT_EQ(durable_there(), 2U);
    EXPECT_TRUE(alarms_.kinds.empty());
}

TEST_F(ReplicationTest, AnotherLogThereClosesForGood) {
    append_many(20);
    start();
    ASSERT_TRUE(record());
    replication_.reset();
    strict_.reset();
    log_.reset();
    // A longer log there: this one went back.
    std::filesystem::remove_all(directory_);
    ASSERT_TRUE(open());
    append_many(5);
    start(kPatience);
    EXPECT_FALSE(record());
    EXPECT_EQ(replication_->status().state, SigningState::closed);
    EXPECT_EQ(replication_->wait_for(1).error().code, Errc::corrupt);
    // It went on until it was longer: another root.
    append_many(30);
    start(kPatience);
    EXPECT_FALSE(record());
    EXPECT_TRUE(comes([&] { return replication_->wait_for(100).error().code == Errc::corrupt; }));
    EXPECT_EQ(alarms_.kinds, std::vector{AlarmKind::fork});
    EXPECT_EQ(replication_->status().size, 0U);
}

TEST_F(ReplicationTest, AMirrorThatLostWhatItAcknowledgedIsSentItAgainAndToldOf) {
    start();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(record());
    auto const id = home_->log_directory(audit::kTestOrigin);
    mirror_->is_held = true;
    service_.reset();
    std::filesystem::resize_file(id / "kept", 0);
    service_ = *Service::open(*home_, clock_, alarms_);
    mirror_->is_held = false;
    ASSERT_TRUE(record());
    EXPECT_EQ(durable_there(), 11U);
    EXPECT_TRUE(comes([&] { return lost_told_ == 10; }));
}

TEST_F(ReplicationTest, ALongLogGoesInPieces) {
    log_.reset();
    std::filesystem::remove_all(directory_);
    segment_bytes_ = 16 * limits::kMiB;
    ASSERT_TRUE(open());
    for (int batch = 0; batch < 8; ++batch) {
        std::vector<audit::Record> records;
        for (int i = 0; i < 1000; ++i) records.push_back(audit::test_record(i));
        ASSERT_TRUE(append(std::move(records)));
    }
    start();
    ASSERT_TRUE(record());
    EXPECT_EQ(durable_there(), 8001U);
    EXPECT_LE(mirror_->most, kEntriesBytesMost);
    EXPECT_GT(mirror_->most, kEntriesBytesMost / 2);
}

TEST_F(ReplicationTest, ItsEndLetsEverybodyGo) {
    start();
    ASSERT_TRUE(record());
    mirror_->is_gone = true;
    std::thread caller([&replication = *replication_] {
        BlockingExecutor executor;
        EXPECT_FALSE(executor.run(replication.acknowledged(100, executor)));
    });
    ASSERT_TRUE(comes([&] { return !replication_->status().why.empty(); }));
    strict_.reset();
    replication_.reset();
    caller.join();
}

}  // namespace
}  // namespace salus::mirror

#include "syslog/sender.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "audit_views/events_for_test.h"
#include "syslog/frame.h"

namespace salus::syslog {
namespace {

using namespace std::chrono_literals;

// What a message names (docs/handbook/audit-views.md).
struct Message {
    std::uint64_t index = 0;
    std::optional<std::uint64_t> previous;
};

std::optional<std::uint64_t> parameter(std::string_view message, std::string_view name) {
    auto const begin = message.find(" " + std::string(name) + "=\"");
    if (begin == std::string_view::npos) return std::nullopt;
    return std::stoull(std::string(message.substr(begin + name.size() + 3, 20)));
}

// Reads whole frames; what is cut at the end is lost, as a receiver that is killed loses it.
std::vector<Message> messages_in(std::string_view stream) {
    std::vector<Message> messages;
    while (!stream.empty()) {
        auto const space = stream.find(' ');
        if (space == std::string_view::npos) break;
        auto const size = std::stoull(std::string(stream.substr(0, space)));
        stream.remove_prefix(space + 1);
        if (stream.size() < size) break;
        auto const message = stream.substr(0, size);
        messages.push_back({parameter(message, "i").value(), parameter(message, "pi")});
        stream.remove_prefix(size);
    }
    return messages;
}

// Keeps what it has read when a connection ends in order; until then, as much as the test says.
class ReceiverForTest final : public Receiver {
public:
    [[nodiscard]] bool is_open() override { return open_; }
    [[nodiscard]] Result<void> open() override {
        if (away_) return fail(Errc::unavailable, "away");
        open_ = true;
        return {};
    }
    [[nodiscard]] Result<void> send(std::string_view frames) override {
        if (bytes_left_ < frames.size()) {
            waiting_.append(frames.substr(0, bytes_left_));
            die();
            return fail(Errc::unavailable, "cut");
        }
        bytes_left_ -= frames.size();
        waiting_.append(frames);
        return {};
    }
    [[nodiscard]] Result<void> finish() override {
        if (!open_ || mute_) return fail(Errc::unavailable, "no close_notify");
        open_ = false;
        read(waiting_);
        return {};
    }
    void abandon() override {
        open_ = false;
        waiting_.clear();
    }
    // Has read so many bytes of the connection, and what it read is kept.
    void die(std::size_t bytes_read = 0) {
        read(waiting_.substr(0, bytes_read));
        open_ = false;
    }
    void read(std::string const& stream) {
        for (auto const& message : messages_in(stream)) received_.push_back(message);
        waiting_.clear();
    }
    // Events that a receiver must miss: named as the one before another, or behind the first.
    [[nodiscard]] std::set<std::uint64_t> gaps() const {
        std::set<std::uint64_t> missing;
        for (auto const& message : received_) {
            if (message.previous) missing.insert(*message.previous);
        }
        for (auto const& message : received_) missing.erase(message.index);
        return missing;
    }
    [[nodiscard]] std::vector<std::uint64_t> indices() const {
        std::vector<std::uint64_t> indices;
        for (auto const& message : received_) indices.push_back(message.index);
        return indices;
    }

    bool away_ = false;
    bool mute_ = false;
    std::size_t bytes_left_ = SIZE_MAX;
    std::vector<Message> received_;

private:
    bool open_ = false;
    std::string waiting_;
};

class SenderTest : public audit_views::EventsTest {
protected:
    void SetUp() override {
        EventsTest::SetUp();
        attach();
    }
    void attach() {
        trail_.reset();
        signed_log_ = std::make_unique<transparency::SignedLog>(*log_);
        trail_ = std::make_unique<audit_views::AuditTrail>(
            directory_, *signed_log_, audit_views::ViewSource::of("https://house.example"),
            SecretBytes(32));
        restart();
    }
    // As after a kill -9: only what is on the disk is left.
    void restart(std::string const& origin = std::string(audit::kTestOrigin)) {
        std::vector<std::unique_ptr<Feed>> feeds;
        feeds.push_back(std::make_unique<Feed>(*trail_, origin, cursor_file()));
        sender_ = std::make_unique<Sender>(std::move(feeds), clock_, Pace{10s, 60s});
    }
    [[nodiscard]] std::filesystem::path cursor_file() const { return root_ / "cursor"; }
    void add_reads(int count) {
        for (int i = 0; i < count; ++i) {
            auto builder = audit_views::request_leaf(audit::Event::read, audit::Outcome::ok);
            add(builder);
        }
    }
    // Two leaves, one event; returns the index of the event.
    std::uint64_t add_write() {
        auto intent = audit_views::request_leaf(audit::Event::update, audit::Outcome::ok);
        intent.intent();
        auto const at = add(intent);
        auto outcome = audit_views::request_leaf(audit::Event::update, audit::Outcome::ok);
        outcome.outcome_of(at);
        return add(outcome);
    }
    Result<bool> round() { return sender_->round(receiver_, {}); }
    // A round that sends, and one that confirms.
    void deliver() {
        ASSERT_TRUE(round());
        clock_.advance(10s);
        ASSERT_TRUE(round());
    }
    [[nodiscard]] std::set<std::uint64_t> distinct() const {
        auto const all = receiver_.indices();
        return {all.begin(), all.end()};
    }

    std::unique_ptr<transparency::SignedLog> signed_log_;
    std::unique_ptr<audit_views::AuditTrail> trail_;
    std::unique_ptr<Sender> sender_;
    ReceiverForTest receiver_;
};

TEST_F(SenderTest, SendsEachEventOnceInOrderAndNamesTheOneBefore) {
    add_reads(200);
    auto const written = add_write();
    add_reads(1);
    deliver();
    auto const indices = receiver_.indices();
    ASSERT_EQ(indices.size(), 202U);
    EXPECT_TRUE(std::ranges::is_sorted(indices));
    EXPECT_EQ(indices[200], written);
    EXPECT_FALSE(receiver_.received_.front().previous);
    for (std::size_t i = 1; i < indices.size(); ++i) {
        EXPECT_EQ(receiver_.received_[i].previous, indices[i - 1]);
    }
    EXPECT_TRUE(receiver_.gaps().empty());
    auto const status = sender_->status();
    EXPECT_EQ(status.logs[0].delivered, status.logs[0].size);
    EXPECT_EQ(status.logs[0].began_anew.text(), "there is no cursor");
}

// Row 17 of the attacks: cut at every offset of what is on the way, no event is missing afterwards.
TEST_F(SenderTest, AReceiverThatIsKilledMidMessageMissesNothing) {
    add_reads(3);
    deliver();
    std::string frames;
    Feed measured(*trail_, std::string(audit::kTestOrigin), root_ / "none");
    ASSERT_TRUE(measured.take(frames));
    for (std::size_t cut = 0; cut <= frames.size(); cut += 97) {
        add_reads(1);
        receiver_.bytes_left_ = cut;
        while (round()) clock_.advance(10s), add_reads(1);
        receiver_.bytes_left_ = SIZE_MAX;
    }
    deliver();
    deliver();
    EXPECT_GT(sender_->status().lost, 10U);
    EXPECT_TRUE(receiver_.gaps().empty());
    EXPECT_EQ(distinct().size(), trail_->size());
}

// What was read and confirmed, and lost by the receiver's own end, comes again.
TEST_F(SenderTest, WhatWasConfirmedLastIsSentAgainWithTheNextLoss) {
    add_reads(5);
    deliver();
    add_reads(5);
    deliver();
    receiver_.received_.clear();
    ASSERT_TRUE(round());
    receiver_.die();
    EXPECT_FALSE(round());
    deliver();
    EXPECT_EQ(distinct(), (std::set<std::uint64_t>{5, 6, 7, 8, 9}));
}

TEST_F(SenderTest, AKilledServerGoesOnFromItsCursor) {
    for (int i = 0; i < 4; ++i) {
        add_reads(5);
        deliver();
    }
    restart();
    add_reads(5);
    deliver();
    auto const indices = receiver_.indices();
    EXPECT_EQ(indices.size(), 20U + 10U);  // the last confirmed again
    EXPECT_EQ(distinct().size(), 25U);
    EXPECT_TRUE(receiver_.gaps().empty());
    EXPECT_TRUE(sender_->status().logs[0].began_anew.empty());
}

TEST_F(SenderTest, AnOutcomeOverARestartHasWhatItsIntentSaid) {
    add_reads(2);
    auto intent = audit_views::request_leaf(audit::Event::update, audit::Outcome::ok);
    intent.intent();
    auto const at = add(intent);
    add_reads(2);
    deliver();
    add_reads(1);
    deliver();
    restart();
    auto outcome = audit_views::request_leaf(audit::Event::update, audit::Outcome::ok);
    outcome.outcome_of(at);
    auto const index = add(outcome);
    deliver();
    EXPECT_TRUE(distinct().contains(index));
    EXPECT_TRUE(receiver_.gaps().empty());
}

// Whoever has the server's files cannot make it pass over events unseen.
TEST_F(SenderTest, ACursorThatDoesNotFitTheLogStartsFromTheFirstLeaf) {
    add_reads(9);
    for (int i = 0; i < 2; ++i) {
        deliver();
        add_reads(1);
    }
    auto const good = *read_cursor(cursor_file());
    auto forged = good;
    auto const begins_anew = [&](std::string_view why) {
        receiver_.received_.clear();
        restart();
        deliver();
        EXPECT_EQ(sender_->status().logs[0].began_anew.text(), why);
        EXPECT_EQ(distinct().size(), trail_->size()) << why;
    };
    std::filesystem::remove(cursor_file());
    begins_anew("there is no cursor");
    for (auto const* text : {"", "x", "salus syslog cursor 1\nsalus/test/tenant/2026\n3\n"}) {
        std::ofstream(cursor_file()) << text;
        begins_anew("the cursor cannot be read");
    }
    forged.last.index += 1;
    ASSERT_TRUE(write_cursor(cursor_file(), forged));
    begins_anew("the log has another leaf than was sent");
    forged.last.index = 1'000;
    ASSERT_TRUE(write_cursor(cursor_file(), forged));
    begins_anew("the log is shorter than what was sent");
    ASSERT_TRUE(write_cursor(cursor_file(), {"salus/other", good.last}));
    begins_anew("the cursor is of another log");
}

// A cursor that was moved ahead with the right hash: the receiver finds the gap.
TEST_F(SenderTest, OfAPrunedLogSendsWhatIsLeft) {
    add_reads(1);
    deliver();
    while (log_->status().segments < 4) add_reads(20);
    clock_.advance(6 * std::chrono::days(366));
    add_reads(5);
    auto const recorded = prune();
    ASSERT_TRUE(recorded);
    restart();
    receiver_.received_.clear();
    deliver();
    auto const indices = receiver_.indices();
    ASSERT_FALSE(indices.empty());
    EXPECT_EQ(indices.front(), recorded->prefix().first);
    EXPECT_EQ(indices.back(), log_->status().size - 1);
    EXPECT_TRUE(receiver_.gaps().empty());
    EXPECT_EQ(sender_->status().logs[0].began_anew.text(), "there is no cursor");
    // Its only event that was ever settled is gone.
    ASSERT_TRUE(write_cursor(cursor_file(), {std::string(audit::kTestOrigin), {0, {}}}));
    restart();
    deliver();
    EXPECT_EQ(sender_->status().logs[0].began_anew.text(),
              "the leaf that was sent last was pruned");
    EXPECT_EQ(receiver_.indices().back(), log_->status().size - 1);
}

TEST_F(SenderTest, ACursorMovedAheadLeavesAGapThatTheReceiverSees) {
    add_reads(3);
    deliver();
    add_reads(6);
    auto const hash = audit::leaf_hash(bytes_of(leaves().at(7)));
    ASSERT_TRUE(write_cursor(cursor_file(), {std::string(audit::kTestOrigin), {7, hash}}));
    restart();
    deliver();
    EXPECT_EQ(receiver_.gaps(), std::set<std::uint64_t>{7});
}

TEST_F(SenderTest, AReceiverThatIsAwayAlarmsAndIsToldWhatItMissed) {
    add_reads(2);
    deliver();
    deliver();
    EXPECT_FALSE(sender_->status().is_alarming);
    receiver_.away_ = true;
    receiver_.die();
    for (int i = 0; i < 6; ++i) {
        EXPECT_FALSE(round());
        clock_.advance(10s);
        add_reads(1);
    }
    auto status = sender_->status();
    EXPECT_TRUE(status.is_alarming);
    EXPECT_EQ(status.why.text(), "away");
    EXPECT_GE(status.lag, 60s);
    receiver_.away_ = false;
    deliver();
    ASSERT_TRUE(round());
    status = sender_->status();
    EXPECT_FALSE(status.is_alarming);
    EXPECT_TRUE(status.why.empty());
    EXPECT_EQ(distinct().size(), trail_->size());
}

// Takes everything and never says that it has read it: the kernel in front of a dead program.
TEST_F(SenderTest, WhatIsNeverConfirmedIsNeverPassedOver) {
    add_reads(3);
    receiver_.mute_ = true;
    for (int i = 0; i < 7; ++i) {
        static_cast<void>(round());
        clock_.advance(10s);
    }
    EXPECT_TRUE(sender_->status().is_alarming);
    EXPECT_EQ(sender_->status().logs[0].delivered, 0U);
    EXPECT_FALSE(std::filesystem::exists(cursor_file()));
    receiver_.mute_ = false;
    deliver();
    EXPECT_EQ(distinct().size(), 3U);
}

// A connection carries no more than a slow receiver can read in time.
TEST_F(SenderTest, ALongLogIsConfirmedInPieces) {
    for (int i = 0; i < 100; ++i) {
        auto builder = audit_views::request_leaf(audit::Event::read, audit::Outcome::ok);
        for (int j = 0; j < 200; ++j) {
            audit_views::with_resource(builder, "Observation", static_cast<std::uint8_t>(j));
        }
        add(builder);
    }
    for (bool more = true; more;) more = round().value();
    EXPECT_GE(sender_->status().logs[0].delivered, 1U);
    ASSERT_TRUE(sender_->settle(receiver_));
    EXPECT_EQ(distinct().size(), 100U);
    EXPECT_EQ(sender_->status().lost, 0U);
}

TEST_F(SenderTest, ADamagedLogIsToldOfAndHoldsUpNoOther) {
    add_reads(4);
    log_.reset();
    auto bytes = audit::contents_of(segment(1));
    auto const at = std::string_view(text_of(bytes)).find("client-1");
    ASSERT_NE(at, std::string_view::npos);
    bytes[at] ^= 1;
    audit::overwrite(segment(1), bytes);
    auto const whole = root_ / "whole";
    auto opened =
        audit::Log::open({.directory = whole, .origin = "salus/whole"}, clock_, operational_log_);
    ASSERT_TRUE(opened);
    transparency::SignedLog other(*opened->log);
    audit_views::AuditTrail const other_trail(whole, other, trail_->source(), SecretBytes(32));
    auto leaf = audit_views::request_leaf(audit::Event::read, audit::Outcome::ok);
    std::vector<audit::Record> records;
    records.push_back(*leaf.build());
    ASSERT_TRUE(executor_.run(other.append(std::move(records), executor_)));

    // A damaged segment behind a log that is open: the size comes from memory.
    struct Size final : audit::Log {
        Task<Result<std::vector<audit::Position>>> append(std::vector<audit::Record>,
                                                          Executor&) override {
            co_return fail(Errc::unavailable, "not here");
        }
        [[nodiscard]] audit::Status status() const override { return {.size = 4}; }
    } size;
    transparency::SignedLog damaged(size);
    audit_views::AuditTrail const trail(directory_, damaged, trail_->source(), SecretBytes(32));
    std::vector<std::unique_ptr<Feed>> feeds;
    feeds.push_back(std::make_unique<Feed>(trail, std::string(audit::kTestOrigin), cursor_file()));
    feeds.push_back(std::make_unique<Feed>(other_trail, "salus/whole", root_ / "other"));
    sender_ = std::make_unique<Sender>(std::move(feeds), clock_, Pace{10s, 60s});
    deliver();
    EXPECT_EQ(receiver_.received_.size(), 1U);
    clock_.advance(60s);
    ASSERT_TRUE(round());
    auto const status = sender_->status();
    EXPECT_TRUE(status.is_alarming);
    EXPECT_FALSE(status.logs[0].why.empty());
    EXPECT_TRUE(status.logs[1].why.empty());
}

}  // namespace
}  // namespace salus::syslog

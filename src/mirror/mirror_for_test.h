// What the tests of this room share: a log that is signed and may be continued twice, a mirror's
// directory, and alarms that are counted. Test programs only.
#pragma once

#include <deque>

#include "mirror/entries.h"
#include "mirror/service.h"
#include "transparency/tiles_fixture.h"

namespace salus::mirror {

inline constexpr std::string_view kTestLog = "salus/mirrored/default";

// Leaves in memory and on disk, and a key that signs whatever it is asked to: a stolen one.
class LogForTest {
public:
    explicit LogForTest(
        std::filesystem::path directory,
        crypto::SigningKey key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::ed25519))
        : directory_(std::move(directory)), key_(std::move(key)) {}
    // Another continuation of the same log.
    [[nodiscard]] LogForTest fork(std::filesystem::path directory, std::uint64_t size) const {
        LogForTest forked(std::move(directory), *crypto::SigningKey::from_pkcs8(key_.to_pkcs8()));
        for (std::uint64_t i = 0; i < size; ++i) forked.append(leaves_[i]);
        return forked;
    }
    void append(std::string leaf) { leaves_.push_back(std::move(leaf)); }
    void grow(std::uint64_t size, std::string const& word = "leaf") {
        while (leaves_.size() < size) append(word + std::to_string(leaves_.size()));
        publish();
    }
    void publish() {
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directories(directory_);
        transparency::TileWriter writer(directory_);
        transparency::TileBuilder builder(writer);
        for (auto const& leaf : leaves_) {
            ASSERT_TRUE(builder.append(leaf, audit::leaf_hash(bytes_of(leaf))));
        }
        ASSERT_TRUE(builder.put_partial());
        ASSERT_TRUE(writer.flush());
        head_ = builder.head();
    }
    [[nodiscard]] transparency::NoteVerifier verifier() const {
        return *transparency::NoteVerifier::make(std::string(kTestLog), key_.verifying_key());
    }
    [[nodiscard]] transparency::TreeHead const& head() const { return head_; }
    [[nodiscard]] std::string note() const {
        auto const text = to_text(transparency::Checkpoint{std::string(kTestLog), head_});
        return text + "\n" + transparency::sign_note(text, key_, verifier());
    }
    [[nodiscard]] transparency::Continuation since(std::uint64_t old_size) const {
        transparency::TileReader tiles(directory_, head_.size);
        auto proof = transparency::prove_consistency(tiles, old_size);
        return {old_size, proof ? *std::move(proof) : transparency::Proof{}, note()};
    }
    [[nodiscard]] Entries entries(std::uint64_t begin, std::uint64_t end) const {
        Entries entries{std::string(kTestLog), begin, {}};
        for (auto i = begin; i < end; ++i) append_entry(entries.bundle, leaves_[i]);
        return entries;
    }

private:
    std::filesystem::path directory_;
    crypto::SigningKey key_;
    std::deque<std::string> leaves_;
    transparency::TreeHead head_;
};

class AlarmsForTest final : public Alarms {
public:
    void raise(Alarm const& alarm) override { kinds.push_back(alarm.kind); }
    std::vector<AlarmKind> kinds;
};

class MirrorTest : public transparency::TilesTest {
protected:
    MirrorTest() : clock_(WallTime(std::chrono::hours(24 * 365 * 50))), log_(file("log")) {}
    void SetUp() override {
        ASSERT_TRUE(Home::create(file("mirror"), "mirror.example/salus"));
        home_.emplace(*Home::open(file("mirror")));
        ASSERT_TRUE(home_->add_log(log_.verifier(), clock_));
        restart();
    }
    void restart() {
        service_.reset();
        auto opened = Service::open(*home_, clock_, alarms_);
        if (opened) service_ = *std::move(opened);
        failure_ = opened ? Literal() : opened.error().why;
    }
    // Entries and checkpoint by one connection, the proof from what the mirror had.
    Result<CheckpointAnswer> mirror(LogForTest const& log, std::uint64_t from,
                                    std::string const& connection = "a") {
        auto const taken = service_->add_entries(connection, log.entries(from, log.head().size));
        EXPECT_TRUE(taken);
        return service_->add_checkpoint(connection, log.since(from));
    }
    bool is_cosigned(Result<CheckpointAnswer> const& answer, LogForTest const& log) const {
        return answer && home_->key().verifier.open(log.note() + answer->cosignature).has_value();
    }
    [[nodiscard]] std::filesystem::path log_directory() const {
        return home_->log_directory(kTestLog);
    }

    ManualClock clock_;
    LogForTest log_;
    AlarmsForTest alarms_;
    std::optional<Home> home_;
    std::unique_ptr<Service> service_;
    Literal failure_;
};

}  // namespace salus::mirror

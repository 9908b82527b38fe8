// What of a log is signed, as its readers see it while the next checkpoint is written.
#include "audit_views/audit_trail.h"

#include "audit/access.h"
#include "audit_views/events_for_test.h"
#include "foundation/file.h"
#include "transparency/keyed_signer.h"
#include "transparency/publisher.h"

namespace salus::audit_views {
namespace {

using transparency::checkpoint_file;
using transparency::KeyedSigner;
using transparency::Publisher;

class AuditTrailTest : public EventsTest {
protected:
    void SetUp() override {
        EventsTest::SetUp();
        ASSERT_TRUE(KeyedSigner::create(root_ / "signer", crypto::SignatureAlgorithm::ed25519));
        signer_.emplace(*KeyedSigner::open(root_ / "signer"));
        publisher_ = std::make_shared<Publisher>(
            directory_, *log_, *signer_,
            *transparency::NoteVerifier::make(std::string(audit::kTestOrigin),
                                              signer_->public_key()),
            clock_,
            transparency::Patience{.degraded_after = std::chrono::seconds(60),
                                   .closed_after = std::chrono::seconds(900)});
        signed_log_.emplace(*log_);
        trail_.emplace(directory_, *signed_log_, ViewSource::of("https://house.example"),
                       SecretBytes(32));
    }
    void add_and_publish() {
        auto leaf = request_leaf(audit::Event::read, audit::Outcome::ok);
        add(leaf);
        ASSERT_TRUE(publisher_->publish());
    }
    [[nodiscard]] std::string note() const {
        return std::string(text_of(*read_file(checkpoint_file(directory_), limits::kKiB)));
    }

    std::optional<KeyedSigner> signer_;
    std::shared_ptr<Publisher> publisher_;
    std::optional<transparency::SignedLog> signed_log_;
    std::optional<AuditTrail> trail_;
};

TEST_F(AuditTrailTest, NothingIsSignedWhereNobodyPublishes) {
    add_and_publish();
    auto const moment = trail_->now();
    EXPECT_EQ(moment.checkpoint, "");
    EXPECT_EQ(moment.reader.head().size, 0U);
}

// The file is there before the state that tells of it, or a moment later: proofs do not wait for
// that.
TEST_F(AuditTrailTest, ThereIsAProofWhileACheckpointIsReplaced) {
    signed_log_->watch(publisher_);
    add_and_publish();
    auto const former = note();
    add_and_publish();
    auto const newest = note();
    for (auto const& in_the_file : {former, newest}) {
        ASSERT_TRUE(audit::write_log_file(checkpoint_file(directory_), bytes_of(in_the_file)));
        auto moment = trail_->now();
        EXPECT_EQ(moment.checkpoint, newest);
        EXPECT_EQ(moment.reader.head().size, 2U);
        auto const proof = AuditTrail::proof_of(moment, 1);
        ASSERT_TRUE(proof);
        EXPECT_TRUE(proof->contains(newest));
    }
}

}  // namespace
}  // namespace salus::audit_views

#include "app/audit_pruner.h"

#include <iostream>

#include "app/killed_at_step_for_test.h"
#include "audit/log_fixture.h"
#include "keys/dual_control/dual_control_for_test.h"
#include "transparency/keyed_signer.h"
#include "transparency/log_check.h"

namespace salus::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kSixYears = 6 * std::chrono::days(366);

// A log of three segments, six years, and one more segment; signed.
class AuditPrunerTest : public audit::LogTest {
protected:
    void SetUp() override {
        segment_bytes_ = audit::kSmallestSegmentBytes;
        ASSERT_TRUE(transparency::KeyedSigner::create(root_ / "signer",
                                                      crypto::SignatureAlgorithm::ed25519));
        ASSERT_TRUE(start());
        while (log_->status().segments < 3) append_many(3);
        ASSERT_TRUE(append(*audit::LeafBuilder(audit::Event::read, audit::Outcome::ok)
                                .patient(patient())
                                .build()));
        while (log_->status().segments < 4) append_many(3);
        clock_.advance(kSixYears);
        append_many(5);
        ASSERT_TRUE(publisher_->publish());
    }
    // As a process does: the log, its signer, and a first round of signing.
    bool start() {
        if (!open()) return false;
        signed_log_.emplace(*log_);
        signer_.emplace(*transparency::KeyedSigner::open(root_ / "signer"));
        publisher_ = std::make_shared<transparency::Publisher>(
            directory_, *log_, *signer_, verifier(), clock_, transparency::Patience{});
        signed_log_->watch(publisher_);
        return publisher_->publish().has_value();
    }
    // Leaves no thread and no lock.
    void stop() {
        signed_log_.reset();
        publisher_.reset();
        signer_.reset();
        log_.reset();
    }
    // Log and signer, aside or back.
    void copy(std::filesystem::path const& from, std::filesystem::path const& to) const {
        for (auto const* const name : {"log", "signer"}) {
            std::filesystem::remove_all(to / name);
            std::filesystem::copy(from / name, to / name, std::filesystem::copy_options::recursive);
        }
    }
    [[nodiscard]] static CompartmentId patient() { return CompartmentId(CompartmentId::Array{9}); }
    [[nodiscard]] transparency::NoteVerifier verifier() const {
        return *transparency::NoteVerifier::make(std::string(audit::kTestOrigin),
                                                 signer_->public_key());
    }
    [[nodiscard]] std::string due() const {
        auto const state = audit::judge_retention(directory_, *audit::RetentionPeriod::of_years(6),
                                                  {}, clock_.now());
        auto const& prefix = *state->due;
        return admin::to_text(admin::PruneTarget{
            .segment = prefix.segment(), .first = prefix.first(), .root = prefix.with({}).root});
    }
    Result<std::string> prune(std::string const& target) {
        auto const approval = keys::approval_for([&](keys::Proposal& proposal) {
            proposal.operation = operation_;
            proposal.target = target;
        });
        AuditPruner pruner({.directory = directory_,
                            .scratch = root_,
                            .log = *signed_log_,
                            .clock = clock_,
                            .period = *audit::RetentionPeriod::of_years(6),
                            .patience = 0s});
        return pruner.prune({.approval = approval,
                             .holds = [this]() -> Result<audit::LegalHolds> { return holds_; },
                             .record = [this](auto const& prefix) { return record(prefix); },
                             .stop = {}});
    }
    Result<std::uint64_t> record(audit::PrunedPrefix const& prefix) {
        ++recorded_;
        audit::LeafBuilder leaf(audit::Event::retention_pruned, audit::Outcome::ok);
        SALUS_TRY(auto const positions, append(*leaf.pruned(prefix).build()));
        if (signs_) SALUS_TRY_VOID(publisher_->publish());
        if (is_held_meanwhile_) holds_.whole_log = true;
        return positions.front().index;
    }
    [[nodiscard]] std::string found() const {
        auto const check = transparency::check_log(directory_, verifier(), audit::Writer::running);
        if (!check) return "unreadable";
        return check->finding ? std::string(check->finding->why.text()) : "";
    }
    [[nodiscard]] bool is_whole() const { return std::filesystem::exists(segment(1)); }

    std::optional<transparency::SignedLog> signed_log_;
    std::optional<transparency::KeyedSigner> signer_;
    std::shared_ptr<transparency::Publisher> publisher_;
    keys::Operation operation_ = keys::Operation::prune_audit;
    audit::LegalHolds holds_;
    bool signs_ = true;
    bool is_held_meanwhile_ = false;
    int recorded_ = 0;
};

TEST_F(AuditPrunerTest, RemovesWhatIsDueOnceItIsRecordedAndSigned) {
    auto const target = due();
    auto const result = prune(target);
    ASSERT_TRUE(result) << result.error().why.text();
    EXPECT_TRUE(result->contains("firstLeaf")) << *result;
    EXPECT_FALSE(is_whole());
    EXPECT_TRUE(std::filesystem::exists(segment(4)));
    EXPECT_FALSE(std::filesystem::exists(audit::versions_file(directory_, 3)));
    EXPECT_EQ(found(), "");
    // As after a crash before the proposal was noted as executed.
    EXPECT_EQ(prune(target).value(), *result);
    EXPECT_EQ(recorded_, 1);
    signed_log_.reset();
    ASSERT_TRUE(open());
}

TEST_F(AuditPrunerTest, WhatIsNotDueStays) {
    for (auto const& target : {std::string("5/9/") + to_hex(crypto::sha256(bytes_of("x"))),
                               "3" + due().substr(1), "4/1" + due().substr(due().rfind('/'))}) {
        auto const result = prune(target);
        ASSERT_TRUE(result) << target;
        EXPECT_TRUE(result->contains("refused")) << target;
    }
    EXPECT_EQ(recorded_, 0);
    EXPECT_TRUE(is_whole());
}

TEST_F(AuditPrunerTest, WhatIsHeldStays) {
    auto const target = due();
    for (auto const& holds : {audit::LegalHolds{.whole_log = true, .patients = {}},
                              audit::LegalHolds{.whole_log = false, .patients = {patient()}}}) {
        holds_ = holds;
        auto const result = prune(target);
        ASSERT_TRUE(result);
        EXPECT_TRUE(result->contains("refused"));
    }
    EXPECT_TRUE(is_whole());
}

TEST_F(AuditPrunerTest, AHoldThatComesAtTheLastMomentIsSeen) {
    auto const target = due();
    is_held_meanwhile_ = true;
    EXPECT_EQ(prune(target).error().code, Errc::unavailable);
    EXPECT_TRUE(is_whole());
    EXPECT_TRUE(prune(target)->contains("refused"));
    EXPECT_TRUE(is_whole());
}

TEST_F(AuditPrunerTest, AnApprovalOfSomethingElseIsNone) {
    auto const target = due();
    operation_ = keys::Operation::erase_patient;
    EXPECT_EQ(prune(target).error().code, Errc::internal);
    EXPECT_TRUE(is_whole());
}

TEST_F(AuditPrunerTest, NothingGoesWhoseRecordIsNotSigned) {
    signs_ = false;
    EXPECT_EQ(prune(due()).error().code, Errc::unavailable);
    EXPECT_EQ(recorded_, 1);
    EXPECT_TRUE(is_whole());
    EXPECT_EQ(audit::read_pruning(directory_)->prefix.segment, 1U);
    // Later it is.
    signs_ = true;
    EXPECT_TRUE(prune(due()));
    EXPECT_FALSE(is_whole());
    EXPECT_EQ(found(), "");
}

TEST_F(AuditPrunerTest, NothingGoesWhileTheTilesThatMustStayAreDamaged) {
    auto const target = due();
    auto const size = signed_log_->signing()->head.size;
    auto const tile =
        directory_ / transparency::tile_path({0, 0, std::min(size, transparency::kTileWidth)});
    auto bytes = audit::contents_of(tile);
    ASSERT_FALSE(bytes.empty());
    bytes[3] ^= 1;
    audit::overwrite(tile, bytes);
    EXPECT_TRUE(prune(target)->contains("refused"));
    EXPECT_EQ(recorded_, 0);
    EXPECT_TRUE(is_whole());
}

TEST_F(AuditPrunerTest, ACrashBetweenItsStepsIsContinued) {
    auto const target = due();
    ASSERT_TRUE(prune(target));
    // A segment, an entry bundle and a patient index that a crash had left.
    audit::overwrite(segment(2), bytes_of("left"));
    std::filesystem::create_directories(directory_ / "patients");
    ASSERT_TRUE(prune(target));
    EXPECT_FALSE(std::filesystem::exists(segment(2)));
    EXPECT_EQ(found(), "");
}

// The process dies before each call that would change the disk. What is
// left is a whole log, of which nothing is gone that no leaf tells of, and the same proposal ends.
TEST_F(AuditPrunerTest, KilledBeforeAnyStepItLeavesAWholeLogAndGoesOn) {
    auto const target = due();
    auto const first = admin::parse_prune_target(target)->first;
    auto kept = leaves();
    kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(first));
    stop();
    auto const aside = root_ / "aside";
    std::filesystem::create_directory(aside);
    copy(root_, aside);
    int step = 0;
    for (bool is_done = false; !is_done; ++step) {
        copy(aside, root_);
        auto const end = testing::kill_at_step(
            step, [this] { return start(); }, [&] { return prune(target).has_value(); });
        if (end == testing::End::not_traced) GTEST_SKIP() << "no process may be traced here";
        ASSERT_NE(end, testing::End::failed) << step;
        is_done = end == testing::End::by_itself;
        ASSERT_TRUE(start()) << step;
        ASSERT_EQ(found(), "") << step;
        ASSERT_TRUE(prune(target)) << step;
        EXPECT_FALSE(is_whole());
        EXPECT_FALSE(std::filesystem::exists(segment(3)));
        ASSERT_EQ(found(), "") << step;
        auto const left = leaves();
        ASSERT_GE(left.size(), kept.size()) << step;
        EXPECT_TRUE(std::equal(kept.begin(), kept.end(), left.begin())) << step;
        stop();
    }
    std::cout << step << " steps\n";
    EXPECT_GT(step, 20) << "it was not killed in its middle";
}

TEST(PruneTargetTest, HasOneSpelling) {
    auto const root = to_hex(crypto::sha256(bytes_of("root")));
    EXPECT_TRUE(admin::parse_prune_target("2/17/" + root));
    for (auto const& bad :
         {std::string(), std::string("2/17"), "2/17/" + root + "0", "02/17/" + root, "1/0/" + root,
          "2/ 17/" + root, "2/17/" + root.substr(2), "x/17/" + root, "2//" + root,
          "-2/17/" + root}) {
        EXPECT_FALSE(admin::parse_prune_target(bad)) << bad;
    }
}

}  // namespace
}  // namespace salus::app

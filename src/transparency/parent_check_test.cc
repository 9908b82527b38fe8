// What the files alone show: every statement against the trees of the logs, and proofs that go
// through the parent log.
#include "transparency/parent_check.h"

#include "transparency/log_check.h"
#include "transparency/parent_fixture.h"
#include "transparency/parent_proof.h"

namespace salus::transparency {
namespace {

class ParentCheckTest : public ParentTest {
protected:
    // Two logs that grew and were stated several times.
    void serve(int rounds = 4) {
        start();
        for (int i = 0; i < rounds; ++i) {
            append("a", 3);
            append("b", i % 2);
            ASSERT_TRUE(round());
        }
        stop();
    }
    // What a parent log never does of itself: its leaf says this.
    void forge(std::vector<audit::LogHead> const& heads) {
        auto const parent = open_log(std::string(audit::kParentLogName));
        audit::LeafBuilder leaf(audit::Event::checkpoints, audit::Outcome::ok);
        leaf.log_heads(heads);
        std::vector<audit::Record> records;
        records.push_back(*leaf.build());
        ASSERT_TRUE(executor_.run(parent->append(std::move(records), executor_)));
    }
    [[nodiscard]] ParentCheck check(std::optional<std::string> const& only = std::nullopt) const {
        auto const result = check_below(parent_directory(), audit::Writer::stopped, only);
        EXPECT_TRUE(result) << result.error().why.text();
        return result.value_or(ParentCheck{});
    }
    // Of the first finding: the log, then why.
    [[nodiscard]] std::string found() const {
        auto const findings = check().findings;
        return findings.empty() ? ""
                                : findings[0].origin + ": " + std::string(findings[0].why.text());
    }
    [[nodiscard]] Result<ParentProof> prove(std::uint64_t index) const {
        return prove_through_parent(directory("a"), origin("a"), parent_directory(),
                                    verifier(parent_origin()), index);
    }
    [[nodiscard]] Errc refusal(std::string const& text) const {
        auto const checked = check_parent_proof(text, verifier(parent_origin()));
        return checked ? Errc::internal : checked.error().code;
    }
};

TEST_F(ParentCheckTest, AWholeInstanceIsWhole) {
    serve();
    auto const whole = check();
    EXPECT_TRUE(whole.findings.empty());
    EXPECT_EQ(whole.logs, 2);
    EXPECT_EQ(whole.statements, 6);  // a four times, b twice
    EXPECT_EQ(check(origin("b")).logs, 1);
}

TEST_F(ParentCheckTest, ALogThatWentBackOrIsGoneIsFound) {
    serve(2);
    keep_all();
    serve(2);
    put_back("audit/a");
    EXPECT_THAT(found(), ::testing::HasSubstr("a: the log ends before"));
    auto const finding = check().findings.at(0);
    EXPECT_EQ(finding.size, 9);
    EXPECT_EQ(finding.found, 6);
    std::filesystem::remove_all(directory("a"));
    EXPECT_THAT(found(), ::testing::HasSubstr("a: the log is gone"));
    EXPECT_TRUE(check(origin("b")).findings.empty());
}

TEST_F(ParentCheckTest, AForkIsFound) {
    serve(2);
    keep_all();
    serve(2);
    put_back("audit/a");
    auto const log = open_log("a");
    for (int i = 0; i < 12; ++i) {
        std::vector<audit::Record> records;
        records.push_back(audit::test_record(1000 + i));
        ASSERT_TRUE(executor_.run(log->append(std::move(records), executor_)));
    }
    EXPECT_THAT(found(), ::testing::HasSubstr("a: the log has another tree"));
}

// A statement in the middle that was true of another history, though the last one is true.
TEST_F(ParentCheckTest, EveryStatementCounts) {
    start();
    append("a", 3);
    ASSERT_TRUE(round());
    stop();
    forge({{origin("a"), 5, crypto::sha256(bytes_of("another")), {}}});
    tenants_["a"].log = open_log("a");
    append("a", 3);
    auto const now = tenants_["a"].log->status();
    forge({{origin("a"), now.size, now.root, {}}});
    stop();
    EXPECT_THAT(found(), ::testing::HasSubstr("a: the log has another tree"));
    EXPECT_EQ(check().findings.at(0).size, 5);
}

TEST_F(ParentCheckTest, AParentThatTakesBackOrNamesOthersIsRefused) {
    serve(2);
    forge({{origin("a"), 3, crypto::sha256(bytes_of("another")), {}}});
    EXPECT_THAT(found(), ::testing::HasSubstr("contradicts itself"));
    start();
    EXPECT_EQ(round().error().code, Errc::corrupt);
    stop();
    forge({{"salus/other/a", 3, {}, {}}});
    EXPECT_EQ(check_below(parent_directory(), audit::Writer::stopped).error().code, Errc::corrupt);
}

TEST_F(ParentCheckTest, AProofGoesAllTheWay) {
    serve();
    for (std::uint64_t index = 0; index < 12; ++index) {
        auto const proof = prove(index);
        ASSERT_TRUE(proof) << proof.error().why.text();
        auto const checked = check_parent_proof(to_text(*proof), verifier(parent_origin()));
        ASSERT_TRUE(checked) << checked.error().why.text();
        EXPECT_EQ(checked->stated.origin, origin("a"));
        EXPECT_EQ(checked->stated.head.size, 12);
        EXPECT_EQ(checked->leaf, TileReader(directory("a"), 12).entry(index).value());
    }
    EXPECT_EQ(prove(12).error().code, Errc::not_found);
    auto const text = to_text(prove(3).value());
    auto const other = check_parent_proof(text, verifier(origin("a")));
    EXPECT_EQ(other.error().code, Errc::forbidden);
}

TEST_F(ParentCheckTest, EveryChangedByteOfAProofIsRefused) {
    serve();
    auto const text = to_text(prove(3).value());
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto changed = text;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_NE(refusal(changed), Errc::internal) << at << ": " << text.substr(at, 20);
    }
    for (std::size_t size = 0; size < text.size(); ++size) {
        EXPECT_NE(refusal(text.substr(0, size)), Errc::internal) << size;
    }
    EXPECT_NE(refusal(text + "\n"), Errc::internal);
}

// Parts that are each good, but not of each other.
TEST_F(ParentCheckTest, PartsOfOtherProofsAreRefused) {
    serve();
    auto const proof = prove(3).value();
    auto const with = [&](auto const& change) {
        auto changed = proof;
        change(changed);
        return refusal(to_text(changed));
    };
    EXPECT_EQ(with([](auto&) {}), Errc::internal);  // accepted
    auto const other = prove(4).value();
    EXPECT_EQ(with([&](auto& p) { p.entry.extra = other.entry.extra; }), Errc::corrupt);
    EXPECT_EQ(with([&](auto& p) { p.entry.proof = other.entry.proof; }), Errc::corrupt);
    // A statement of the same parent that is of another tree.
    EXPECT_EQ(with([&](auto& p) {
                  TileReader tiles(parent_directory(), 4);
                  p.statement.index = 1;
                  p.statement.proof = prove_inclusion(tiles, 1).value();
                  p.statement.extra = tiles.entry(1).value();
              }),
              Errc::corrupt);
    // The leaf itself as a statement: it is in no parent.
    EXPECT_EQ(with([&](auto& p) { p.statement.extra = p.entry.extra; }), Errc::corrupt);
    // A signed checkpoint of the log instead of the parent's.
    EXPECT_EQ(with([&](auto& p) {
                  p.statement.checkpoint = read_checkpoint_note(directory("a")).value();
              }),
              Errc::forbidden);
}

}  // namespace
}  // namespace salus::transparency

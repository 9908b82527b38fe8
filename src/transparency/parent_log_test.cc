// The log above the logs: what it states and when, what it finds, and what its own failures do.
#include "transparency/parent_fixture.h"

namespace salus::transparency {
namespace {

using namespace std::chrono_literals;

class ParentLogTest : public ParentTest {
protected:
    [[nodiscard]] static std::vector<std::string> names_in(audit::Statement const& statement) {
        std::vector<std::string> names;
        for (auto const& head : statement.heads) names.push_back(head.origin);
        return names;
    }
    // Two logs of ten leaves, stated; the copy is of that moment.
    void begin() {
        start();
        append("a", 10);
        append("b", 10);
        ASSERT_TRUE(round());
        stop();
        keep_all();
    }
    [[nodiscard]] std::string finding(std::string const& name) const {
        auto const found = status(name);
        return found.state == SigningState::closed ? std::string(found.why.text()) : "";
    }
    [[nodiscard]] bool takes_records(std::string const& name) {
        std::vector<audit::Record> records;
        records.push_back(audit::test_record(1));
        auto& log = *tenants_[name].signed_log;
        return executor_.run(log.append(std::move(records), executor_)).has_value();
    }
};

TEST_F(ParentLogTest, ItStatesWhatIsPublished) {
    start();
    append("a", 3);
    ASSERT_TRUE(round());
    auto const all = statements();
    ASSERT_EQ(all.size(), 1);
    EXPECT_TRUE(all[0].begins_full);
    ASSERT_EQ(names_in(all[0]), std::vector<std::string>{origin("a")});
    auto const& head = all[0].heads[0];
    auto const published = tenants_["a"].publisher->published();
    EXPECT_EQ(tree_of(head), published->head);
    EXPECT_EQ(head.note, crypto::sha256(bytes_of(published->note)));
    EXPECT_EQ(status("a").size, 3);
    EXPECT_EQ(status("a").state, SigningState::ok);
    EXPECT_EQ(parent_->publisher()->status().head.size, 1);
}

TEST_F(ParentLogTest, OnlyWhatChangedAndNotTooOften) {
    start();
    append("a");
    append("b");
    ASSERT_TRUE(round(false));  // the first one waits for nothing
    append("a");
    clock_.advance(9s);
    ASSERT_TRUE(round(false));
    EXPECT_EQ(statements().size(), 1);
    clock_.advance(1s);
    ASSERT_TRUE(round(false));
    ASSERT_EQ(statements().size(), 2);
    EXPECT_EQ(names_in(statements()[1]), std::vector<std::string>{origin("a")});
    EXPECT_FALSE(statements()[1].begins_full);
    append("b");
    ASSERT_TRUE(round(true));
    EXPECT_EQ(names_in(statements().back()), std::vector<std::string>{origin("b")});
}

TEST_F(ParentLogTest, SilenceIsASignal) {
    start();
    append("a");
    ASSERT_TRUE(round());
    auto const before = parent_->log().status().size;
    clock_.advance(59s);
    ASSERT_TRUE(round());
    EXPECT_EQ(parent_->log().status().size, before);
    clock_.advance(1s);
    ASSERT_TRUE(round(false));
    EXPECT_EQ(parent_->log().status().size, before + 1);
    EXPECT_EQ(statements().size(), 1);
}

TEST_F(ParentLogTest, ManyLogsGoIntoFewLeaves) {
    std::vector<std::string> names;
    for (int i = 0; i < 5; ++i) names.push_back("t" + std::to_string(i));
    start(names);
    for (auto const& name : names) append(name);
    ASSERT_TRUE(round());
    auto const all = statements();
    ASSERT_EQ(all.size(), 2);
    EXPECT_EQ(all[0].heads.size() + all[1].heads.size(), names.size());
    EXPECT_EQ(parent_->log().status().batches, 1);
}

TEST_F(ParentLogTest, AStartReadsBackToTheLastFullStatement) {
    start();
    append("b", 4);
    ASSERT_TRUE(round());
    for (int i = 0; i < 20; ++i) {
        append("a");
        ASSERT_TRUE(round());
    }
    auto const all = statements();
    auto const full = std::ranges::count_if(all, &audit::Statement::begins_full);
    EXPECT_EQ(full, 2);
    auto const now = parent_->log().status();
    auto const stated = read_stated_heads(parent_directory(), {now.size, now.root});
    ASSERT_TRUE(stated);
    EXPECT_EQ(stated->by_origin.at(origin("a")).log.size, 20);
    EXPECT_EQ(stated->by_origin.at(origin("b")).log.size, 4);
    EXPECT_EQ(stated->last_full, 16);
    // Where it does not look back far enough at first, it looks again.
    auto const again = read_stated_heads(parent_directory(), {now.size, now.root}, 2);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->by_origin.at(origin("b")).log, stated->by_origin.at(origin("b")).log);
    EXPECT_EQ(read_stated_heads(parent_directory(), {now.size, {}}).error().code, Errc::corrupt);
}

TEST_F(ParentLogTest, ACrashAnywhereIsNoFinding) {
    begin();
    // Between a checkpoint and its statement.
    start();
    append("a", 2);
    ASSERT_TRUE(tenants_["a"].publisher->publish());
    stop();
    start();
    ASSERT_TRUE(round());
    EXPECT_EQ(finding("a"), "");
    EXPECT_EQ(status("a").size, 12);
    // Between a statement and the parent's checkpoint.
    append("a");
    ASSERT_TRUE(tenants_["a"].publisher->publish());
    signer_->is_gone = true;
    EXPECT_FALSE(parent_->round(true));
    stop();
    start();
    ASSERT_TRUE(round());
    EXPECT_EQ(finding("a"), "");
    EXPECT_EQ(status("a").size, 13);
    EXPECT_EQ(parent_->publisher()->status().head.size, parent_->log().status().size);
}

// Whoever has the signer's key, too, puts an older log in place, and the signer's memory with it.
TEST_F(ParentLogTest, ALogThatWentBackIsClosedAndNoOther) {
    begin();
    start();
    append("a", 5);
    ASSERT_TRUE(round());
    stop();
    put_back("audit/a");
    put_back("signer");
    start();
    ASSERT_TRUE(round());
    EXPECT_THAT(finding("a"), ::testing::HasSubstr("rolled back"));
    EXPECT_FALSE(takes_records("a"));
    EXPECT_EQ(status("b").state, SigningState::ok);
    EXPECT_TRUE(takes_records("b"));
    auto const findings = parent_->take_findings();
    ASSERT_EQ(findings.size(), 1);
    EXPECT_EQ(findings[0].origin, origin("a"));
    EXPECT_EQ(findings[0].size, 15);
    EXPECT_EQ(findings[0].found, 10);
    EXPECT_TRUE(parent_->take_findings().empty());
    // It stays, and is not stated away.
    append("a", 20);
    ASSERT_TRUE(round());
    EXPECT_FALSE(takes_records("a"));
    EXPECT_EQ(status("a").size, 15);
}

TEST_F(ParentLogTest, AForkIsClosed) {
    begin();
    start();
    append("a", 5);
    ASSERT_TRUE(round());
    stop();
    put_back("audit/a");
    put_back("signer");
    start({"a"});
    append("a", 9);
    ASSERT_TRUE(round());
    EXPECT_THAT(finding("a"), ::testing::HasSubstr("forked"));
    EXPECT_FALSE(takes_records("a"));
}

TEST_F(ParentLogTest, AForkIsFoundWithoutTheSigner) {
    begin();
    start();
    append("a", 5);
    ASSERT_TRUE(round());
    stop();
    put_back("audit/a");
    start();
    append("a", 9);
    signer_->is_gone = true;
    EXPECT_EQ(round().error().code, Errc::unavailable);
    EXPECT_THAT(finding("a"), ::testing::HasSubstr("forked"));
    EXPECT_EQ(finding("b"), "");
}

TEST_F(ParentLogTest, ALogThatNobodyServesIsMissedToo) {
    begin();
    start({"b"});
    ASSERT_TRUE(round());
    EXPECT_EQ(status("b").state, SigningState::ok);  // it is there
    stop();
    std::filesystem::remove_all(directory("a"));
    start({"b"});
    ASSERT_TRUE(round());
    EXPECT_EQ(status("b").state, SigningState::degraded);
    EXPECT_EQ(status("b").lost, origin("a"));
    EXPECT_EQ(parent_->take_findings().size(), 1);
    EXPECT_TRUE(takes_records("b"));
    // As a new log of that name it is no better.
    stop();
    start();
    append("a", 3);
    ASSERT_TRUE(round());
    EXPECT_THAT(finding("a"), ::testing::HasSubstr("rolled back"));
}

TEST_F(ParentLogTest, AParentThatWentBackClosesAll) {
    begin();
    start();
    append("a", 5);
    ASSERT_TRUE(round());
    stop();
    for (bool const gone : {false, true}) {
        put_back("audit/_parent");
        if (gone) std::filesystem::remove_all(parent_directory());
        start();
        EXPECT_EQ(round().error().code, Errc::corrupt);
        for (auto const* const name : {"a", "b"}) {
            EXPECT_NE(finding(name), "");
            EXPECT_FALSE(takes_records(name));
        }
        stop();
    }
}

TEST_F(ParentLogTest, AParentThatCannotBeWrittenIsAStateOfTime) {
    start();
    append("a");
    ASSERT_TRUE(round());
    std::filesystem::remove(parent_directory() / audit::segment_name(1));
    append("a");
    EXPECT_EQ(round().error().code, Errc::unavailable);
    EXPECT_EQ(status("a").state, SigningState::ok);
    clock_.advance(60s);
    EXPECT_EQ(status("a").state, SigningState::degraded);
    EXPECT_TRUE(takes_records("a"));
    clock_.advance(840s);
    EXPECT_EQ(status("a").state, SigningState::closed);
    EXPECT_FALSE(takes_records("a"));
}

TEST_F(ParentLogTest, ASignerThatComesBackHeals) {
    start();
    append("a");
    ASSERT_TRUE(round());
    append("a");
    ASSERT_TRUE(tenants_["a"].publisher->publish());
    signer_->is_gone = true;
    EXPECT_FALSE(parent_->round(true));
    clock_.advance(900s);
    EXPECT_EQ(status("b").state, SigningState::closed);
    signer_->is_gone = false;
    ASSERT_TRUE(round());
    EXPECT_EQ(status("b").state, SigningState::ok);
    EXPECT_EQ(status("a").size, 2);
}

TEST(DirectoryBeside, IsOfLogsOfTheInstanceAlone) {
    auto const of = [](std::string_view origin) {
        return directory_beside("/i/audit/_parent", "salus/r/_parent", origin);
    };
    EXPECT_EQ(of("salus/r/a-1"), std::filesystem::path("/i/audit/a-1"));
    for (auto const* const other : {"salus/r/", "salus/q/a", "salus/r/..", "salus/r/a/b",
                                    "salus/r/_parent", "salus/r/A", "a"}) {
        EXPECT_EQ(of(other), std::nullopt) << other;
    }
}

}  // namespace
}  // namespace salus::transparency

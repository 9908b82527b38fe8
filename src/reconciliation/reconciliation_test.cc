#include "reconciliation/reconciliation.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

#include "audit/leaf.h"
#include "audit/log_fixture.h"
#include "audit/pruning.h"
#include "reconciliation/pruned_writes.h"
#include "reconciliation/sighting_sorter.h"

namespace salus::reconciliation {
namespace {

constexpr auto kEverything = std::numeric_limits<std::uint64_t>::max();

Address address(std::uint8_t number) {
    Address::Array bytes{};
    bytes[0] = number;
    bytes[15] = 1;
    return Address(bytes);
}
CompartmentId patient(std::uint8_t number) {
    CompartmentId::Array bytes{};
    bytes[0] = number;
    bytes[15] = 2;
    return CompartmentId(bytes);
}
crypto::Sha256Digest digest(int number) {
    return crypto::sha256(bytes_of(std::to_string(number)));
}

class FakeRows final : public store::Digests {
public:
    void put(Address const& where, std::uint64_t version, CompartmentId const& compartment,
             crypto::Sha256Digest const& hash) {
        rows_[{where, version}] = {.place = {where, version},
                                   .compartment = compartment,
                                   .state = store::VersionState::live,
                                   .digest = hash};
    }
    void remove(Address const& where, std::uint64_t version) { rows_.erase({where, version}); }
    Result<std::vector<store::StoredDigest>> next(std::size_t count) override {
        std::vector<store::StoredDigest> page;
        for (auto row = rows_.upper_bound(last_); row != rows_.end() && page.size() < count;
             ++row) {
            last_ = row->first;
            page.push_back(row->second);
        }
        return page;
    }
    void from_the_beginning() { last_ = {}; }

private:
    std::map<std::pair<Address, std::uint64_t>, store::StoredDigest> rows_;
    std::pair<Address, std::uint64_t> last_;
};

class ReconciliationTest : public audit::LogTest {
protected:
    void SetUp() override {
        audit::LogTest::SetUp();
        ASSERT_TRUE(open());
    }

    // The intent's index.
    std::uint64_t intend(Address const& where, std::uint64_t version, CompartmentId const& of,
                         crypto::Sha256Digest const& hash, std::string_view type = "Patient") {
        audit::LeafBuilder leaf(audit::Event::update, audit::Outcome::ok);
        leaf.intent().patient(of).resource({type}, where, version, hash);
        return append(*std::move(leaf).build())->front().index;
    }
    void conclude(std::uint64_t intent, audit::Outcome outcome = audit::Outcome::ok) {
        audit::LeafBuilder leaf(audit::Event::update, outcome);
        leaf.outcome_of(intent);
        ASSERT_TRUE(append(*std::move(leaf).build()));
    }
    // As a write that went well: leaves and row.
    void write(Address const& where, std::uint64_t version, CompartmentId const& of, int content,
               std::string_view type = "Patient") {
        auto const intent = intend(where, version, of, digest(content), type);
        rows_.put(where, version, of, digest(content));
        conclude(intent);
    }
    void erasure_step(CompartmentId const& of, std::int64_t step) {
        audit::LeafBuilder intent(audit::Event::key_executed, audit::Outcome::ok);
        intent.intent().patient(of).resource({"proposal"}, address(200), next_proposal_version_++,
                                             digest(0));
        intent.key_operation({.operation = "erase-patient",
                              .proposal = {},
                              .proposer = {},
                              .approvers = {},
                              .voter = {},
                              .decision = {}});
        rows_.put(address(200), next_proposal_version_ - 1, patient(250), digest(0));
        auto const index = append(*std::move(intent).build())->front().index;
        audit::LeafBuilder outcome(audit::Event::key_executed, audit::Outcome::ok);
        outcome.outcome_of(index).number("step", step);
        ASSERT_TRUE(append(*std::move(outcome).build()));
    }
    void erased(CompartmentId const& of) {
        audit::LeafBuilder leaf(audit::Event::key_destroyed, audit::Outcome::ok);
        leaf.patient(of).number("patient_keys", 1);
        ASSERT_TRUE(append(*std::move(leaf).build()));
    }

    Report report(std::uint64_t settled_before = kEverything) {
        rows_.from_the_beginning();
        LogOfStore const log{.directory = directory_, .settled_before = settled_before};
        auto made = reconcile(rows_, std::span(&log, 1), audit::Writer::running, root_);
        EXPECT_TRUE(made);
        return made ? *std::move(made) : Report{};
    }
    std::vector<Kind> kinds(std::uint64_t settled_before = kEverything) {
        std::vector<Kind> found;
        for (auto const& finding : report(settled_before).kept) found.push_back(finding.kind);
        return found;
    }
    using Kinds = std::vector<Kind>;

    FakeRows rows_;
    std::uint64_t next_proposal_version_ = 1;
};

TEST_F(ReconciliationTest, WhatWasWrittenIsThere) {
    write(address(1), 1, patient(1), 11);
    write(address(1), 2, patient(1), 12);
    write(address(2), 1, patient(2), 21);
    auto const made = report();
    EXPECT_TRUE(made.clean());
    EXPECT_EQ(made.rows, 3U);
    EXPECT_EQ(made.writes, 3U);
}

TEST_F(ReconciliationTest, EachManipulationIsFoundAndLocated) {
    for (std::uint8_t document = 1; document <= 7; ++document) {
        for (int version = 1; version <= 3; ++version) {
            write(address(document), static_cast<std::uint64_t>(version), patient(document),
                  10 * document + version);
        }
    }
    rows_.put(address(1), 2, patient(1), digest(99));  // other bytes
    rows_.put(address(2), 3, patient(2), digest(21));  // the bytes of its first version
    rows_.remove(address(3), 2);                       // a version in between
    rows_.remove(address(4), 3);                       // back to the second version
    for (std::uint64_t v = 1; v <= 3; ++v) rows_.remove(address(5), v);
    rows_.put(address(6), 1, patient(1), digest(61));   // with another patient
    rows_.put(address(9), 1, patient(9), digest(11));   // copied from elsewhere
    rows_.put(address(7), 4, patient(7), digest(999));  // a version nobody wrote
    auto const made = report();
    ASSERT_EQ(made.kept.size(), 10U);
    EXPECT_EQ(made.findings, 10U);
    auto const is = [&](std::size_t at, Kind kind, Address const& where, std::uint64_t version) {
        auto const& finding = made.kept[at];
        EXPECT_EQ(name_of(finding.kind), name_of(kind)) << at;
        EXPECT_EQ(finding.address, where) << at;
        EXPECT_EQ(finding.version, version) << at;
        EXPECT_EQ(finding.leaf.has_value(), kind != Kind::inserted) << at;
        EXPECT_EQ(finding.type, kind == Kind::inserted ? "" : "Patient") << at;
    };
    is(0, Kind::changed, address(1), 2);
    is(1, Kind::put_back, address(2), 3);
    is(2, Kind::missing, address(3), 2);
    is(3, Kind::rolled_back, address(4), 3);
    for (std::uint64_t v = 1; v <= 3; ++v) is(3 + v, Kind::deleted, address(5), v);
    is(7, Kind::moved, address(6), 1);
    is(8, Kind::inserted, address(7), 4);
    is(9, Kind::inserted, address(9), 1);
    EXPECT_EQ(made.kept[0].leaf, 2U);  // two leaves for each write before it
}

TEST_F(ReconciliationTest, SealedAnewUnderAnotherKey) {
    write(address(1), 1, patient(1), 11);
    auto const again = intend(address(1), 1, patient(1), digest(12));
    rows_.put(address(1), 1, patient(1), digest(12));
    conclude(again);
    EXPECT_TRUE(report().clean());
    // The row as it was under the former key, from a copy of the file.
    rows_.put(address(1), 1, patient(1), digest(11));
    EXPECT_EQ(kinds(), Kinds{Kind::put_back});
}

TEST_F(ReconciliationTest, AWriteThatFailedLeavesNothing) {
    conclude(intend(address(1), 1, patient(1), digest(11)), audit::Outcome::error);
    EXPECT_TRUE(report().clean());
    rows_.put(address(1), 1, patient(1), digest(11));
    EXPECT_EQ(kinds(), Kinds{Kind::inserted});
}

TEST_F(ReconciliationTest, BesideAWriter) {
    write(address(1), 1, patient(1), 11);
    auto const settled = log_->status().size;
    // Since then: one that is done, one that is under way, one sealed anew.
    auto const done = intend(address(2), 1, patient(2), digest(21));
    conclude(done);
    intend(address(3), 1, patient(3), digest(31));
    auto const again = intend(address(1), 1, patient(1), digest(12));
    conclude(again);
    // The rows may have been read before or after each.
    EXPECT_TRUE(report(settled).clean());
    rows_.put(address(2), 1, patient(2), digest(21));
    rows_.put(address(3), 1, patient(3), digest(31));
    rows_.put(address(1), 1, patient(1), digest(12));
    EXPECT_TRUE(report(settled).clean());
    // But not gone, and not anything else.
    rows_.remove(address(1), 1);
    EXPECT_EQ(kinds(settled), Kinds{Kind::deleted});
    rows_.put(address(1), 1, patient(1), digest(99));
    EXPECT_EQ(kinds(settled), Kinds{Kind::changed});
}

TEST_F(ReconciliationTest, AnErasureTakesItsPatientAlone) {
    write(address(1), 1, patient(1), 11);
    write(address(2), 1, patient(2), 21);
    erasure_step(patient(1), 1);
    rows_.remove(address(1), 1);
    // Decided, but not begun: what is gone was taken.
    EXPECT_EQ(kinds(), Kinds{Kind::deleted});
    erasure_step(patient(1), 2);
    EXPECT_TRUE(report().clean());
    erased(patient(1));
    EXPECT_TRUE(report().clean());
    rows_.put(address(1), 1, patient(1), digest(11));
    EXPECT_EQ(kinds(), Kinds{Kind::returned});
    rows_.remove(address(1), 1);
    rows_.remove(address(2), 1);
    EXPECT_EQ(kinds(), Kinds{Kind::deleted});
}

TEST_F(ReconciliationTest, AKeyDestroyedByARotationExcusesNothing) {
    write(address(1), 1, patient(1), 11);
    audit::LeafBuilder leaf(audit::Event::key_destroyed, audit::Outcome::ok);
    leaf.patient(patient(1)).reason("data").number("version", 1);
    ASSERT_TRUE(append(*std::move(leaf).build()));
    rows_.remove(address(1), 1);
    EXPECT_EQ(kinds(), Kinds{Kind::deleted});
}

TEST_F(ReconciliationTest, ShortLivedDocumentsVanish) {
    std::uint8_t next = 1;
    for (auto const* type : {"replay-guard", "ReplayGuard", "Session", "AuthorizationCode"}) {
        write(address(next), 1, patient(1), 11, type);
        rows_.remove(address(next++), 1);
    }
    EXPECT_TRUE(report().clean());
}

TEST_F(ReconciliationTest, AUserDoesNotVanish) {
    write(address(1), 1, patient(1), 11, "User");
    rows_.remove(address(1), 1);
    EXPECT_EQ(kinds(), Kinds{Kind::deleted});
}

TEST_F(ReconciliationTest, ALogThatIsNotWholeSaysNothing) {
    write(address(1), 1, patient(1), 11);
    log_.reset();
    auto bytes = audit::contents_of(segment(1));
    bytes[4096 + 200] ^= 1;
    audit::overwrite(segment(1), bytes);
    auto const made = report();
    EXPECT_FALSE(made.clean());
    ASSERT_TRUE(made.damaged);
    EXPECT_TRUE(made.kept.empty());
}

TEST_F(ReconciliationTest, CountsWhatItDoesNotKeep) {
    auto const more = kFindingsKept + 5;
    for (std::uint64_t version = 1; version <= more; ++version) {
        rows_.put(address(1), version, patient(1), digest(1));
    }
    auto const made = report();
    EXPECT_EQ(made.findings, more);
    EXPECT_EQ(made.kept.size(), kFindingsKept);
}

TEST(SightingSorterTest, SortsThroughAFile) {
    auto sorter = SightingSorter::make(::testing::TempDir(), 7);
    ASSERT_TRUE(sorter);
    constexpr std::uint64_t kCount = 1000;
    for (std::uint64_t i = 0; i < kCount; ++i) {
        auto const mixed = static_cast<std::uint8_t>(i * 37 % 251);
        ASSERT_TRUE(sorter->add({.address = address(mixed), .version = i % 3, .leaf = i}));
    }
    ASSERT_TRUE(sorter->sort());
    std::optional<Sighting> before;
    std::uint64_t seen = 0;
    std::uint64_t leaves = 0;
    while (true) {
        auto const next = sorter->next();
        ASSERT_TRUE(next);
        if (!*next) break;
        EXPECT_FALSE(before && **next < *before);
        before = **next;
        ++seen;
        leaves += (*next)->leaf;
    }
    EXPECT_EQ(seen, kCount);
    EXPECT_EQ(leaves, kCount * (kCount - 1) / 2);
}

class PrunedReconciliationTest : public ReconciliationTest {
protected:
    PrunedReconciliationTest() { segment_bytes_ = audit::kSmallestSegmentBytes; }

    // Leaves of the four kinds of writes, three segments behind them, and six years.
    void fill() {
        for (std::uint8_t i = 1; i <= 5; ++i) write(address(i), 1, patient(i), i);
        write(address(5), 2, patient(5), 52);
        write(address(1), 1, patient(1), 111);  // sealed anew
        write(address(30), 1, patient(0), 30, "replay-guard");
        rows_.remove(address(30), 1);
        age();
    }
    void age() {
        auto const segments = log_->status().segments;
        while (log_->status().segments < segments + 3) append_many(1, 2000);
        clock_.advance(6 * std::chrono::days(366));
        append_many(3);
    }
    void prune() {
        auto const state = audit::judge_retention(directory_, *audit::RetentionPeriod::of_years(6),
                                                  {}, clock_.now());
        ASSERT_TRUE(state && state->due);
        auto const versions =
            write_pruned_writes(directory_, state->due->segment(), state->due->first(), root_);
        ASSERT_TRUE(versions);
        auto const prefix = state->due->with(*versions);
        auto leaf = audit::LeafBuilder(audit::Event::retention_pruned, audit::Outcome::ok);
        auto const index = append(*leaf.pruned(prefix).build())->front().index;
        auto const recorded = audit::declare_pruned(directory_, *state->due, prefix, index);
        ASSERT_TRUE(recorded);
        ASSERT_TRUE(audit::remove_pruned_segments(directory_, *recorded));
    }
};

TEST_F(PrunedReconciliationTest, WhatPrunedLeavesWroteIsStillCompared) {
    fill();
    ASSERT_EQ(kinds(), Kinds{});
    prune();
    EXPECT_EQ(kinds(), Kinds{});
    EXPECT_EQ(report().writes, 6U);

    rows_.put(address(2), 1, patient(2), digest(99));
    rows_.remove(address(3), 1);
    rows_.put(address(4), 1, patient(1), digest(4));
    rows_.put(address(9), 1, patient(9), digest(9));
    auto const made = report();
    ASSERT_EQ(made.kept.size(), 4U);
    EXPECT_EQ(made.kept[0].kind, Kind::changed);
    EXPECT_EQ(made.kept[0].leaf, 2U) << "the index of a leaf that is gone";
    EXPECT_EQ(made.kept[0].type, "Patient");
    EXPECT_EQ(made.kept[1].kind, Kind::deleted);
    EXPECT_EQ(made.kept[2].kind, Kind::moved);
    EXPECT_EQ(made.kept[3].kind, Kind::inserted);
}

TEST_F(PrunedReconciliationTest, WritesSinceGoOnFromThere) {
    fill();
    prune();
    write(address(1), 1, patient(1), 112);  // sealed anew once more
    write(address(1), 2, patient(1), 12);
    EXPECT_EQ(kinds(), Kinds{});
    rows_.put(address(1), 1, patient(1), digest(111));
    EXPECT_EQ(kinds(), Kinds{Kind::put_back});
}

TEST_F(PrunedReconciliationTest, AnErasureThatWasPrunedLeavesNothingToExpect) {
    fill();
    erasure_step(patient(2), 2);
    erased(patient(2));
    rows_.remove(address(2), 1);
    age();
    prune();
    EXPECT_EQ(kinds(), Kinds{});
    rows_.put(address(2), 1, patient(2), digest(2));
    EXPECT_EQ(kinds(), Kinds{Kind::inserted});
}

TEST_F(PrunedReconciliationTest, APruningTakesOverWhatTheOneBeforeKept) {
    fill();
    prune();
    write(address(6), 1, patient(6), 6);
    age();
    prune();
    EXPECT_EQ(report().writes, 7U);
    EXPECT_EQ(kinds(), Kinds{});
    rows_.remove(address(2), 1);
    EXPECT_EQ(kinds(), Kinds{Kind::deleted});
}

TEST_F(PrunedReconciliationTest, AFileOfWritesThatIsNotTheRecordedOneIsAFinding) {
    fill();
    prune();
    auto const file =
        audit::versions_file(directory_, audit::read_pruning(directory_)->prefix.segment);
    auto const good = audit::contents_of(file);
    auto const is_refused = [&] { return report().damaged.has_value(); };
    for (std::size_t i = 0; i < good.size(); i += 7) {
        auto bad = good;
        bad[i] ^= 1;
        audit::overwrite(file, bad);
        EXPECT_TRUE(is_refused()) << i;
    }
    audit::overwrite(file, BytesView(good).first(good.size() - 1));
    EXPECT_TRUE(is_refused());
    std::filesystem::remove(file);
    EXPECT_TRUE(is_refused());
    audit::overwrite(file, good);
    EXPECT_FALSE(is_refused());
}

}  // namespace
}  // namespace salus::reconciliation

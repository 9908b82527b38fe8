// One tenant's documents through a real store: what comes back, what was moved, what is too late.
#include "records/records.h"

#include <gtest/gtest.h>

#include "records/commit.h"
#include "records/tenant_for_test.h"
#include "records/tokens_for_test.h"
#include "request/receipt_for_test.h"

namespace salus::records {
namespace {

using testing::EphiTestAccess;
using testing::must;
using testing::observation;

class RecordsTest : public ::testing::Test {
protected:
    [[nodiscard]] Change change(std::string const& id, std::uint64_t version = 1,
                                std::string const& note = "x") {
        return home_.change("Observation", id, "p1", observation(id, note), version);
    }
    [[nodiscard]] static Change deletion(Change const& of) {
        Change change;
        change.type = of.type;
        change.id = of.id;
        change.compartment = of.compartment;
        change.version = of.version + 1;
        change.state = store::VersionState::deleted;
        return change;
    }
    // Through the only way that operations have.
    Result<void> commit(store::Batch batch) {
        auto const intent = testing::make_recorded_intent();
        return instance_.home.run(
            records::commit(home_.tenant(), std::move(batch), intent, instance_.home));
    }
    Result<void> commit(store::Write write) {
        store::Batch batch;
        batch.writes.push_back(std::move(write));
        return commit(std::move(batch));
    }
    [[nodiscard]] std::optional<StoredDocument> get(std::string const& id) {
        return must(records_.get(DocumentClass::resource, "Observation", id));
    }
    [[nodiscard]] Errc error_of_get(std::string const& id,
                                    DocumentClass document_class = DocumentClass::resource) {
        auto const got = records_.get(document_class, "Observation", id);
        EXPECT_FALSE(got.has_value());
        return got ? Errc::internal : got.error().code;
    }
    [[nodiscard]] Address address(std::string const& id) const {
        return home_.addressing().address("Observation", id);
    }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    Records& records_ = home_.records();
};

TEST_F(RecordsTest, ReadsBackWhatWasWritten) {
    auto written = change("o1");
    written.when = instance_.clock.now();
    home_.write(written);
    auto const found = get("o1");
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(EphiTestAccess::open(found->text), observation("o1"));
    EXPECT_EQ(found->version, 1U);
    EXPECT_EQ(found->state, store::VersionState::live);
    EXPECT_EQ(found->last_updated, instance_.clock.now());
    EXPECT_EQ(found->compartment, home_.addressing().patient_compartment("p1"));
    EXPECT_EQ(found->address, address("o1"));
    EXPECT_FALSE(get("o2").has_value());
    EXPECT_FALSE(must(records_.get(DocumentClass::resource, "Condition", "o1")).has_value());
}

TEST_F(RecordsTest, SealingChangesNothing) {
    auto const write = must(records_.seal(change("o1")));
    EXPECT_EQ(write.version, 1U);
    EXPECT_FALSE(get("o1").has_value());
    EXPECT_EQ(must(records_.index(write.compartment))->size(), 0U);
}

TEST_F(RecordsTest, TheHashNamesTheSealedBytes) {
    auto write = must(records_.seal(change("o1")));
    auto const hash = stored_hash(write.document);
    ASSERT_TRUE(commit(std::move(write)));
    EXPECT_EQ(get("o1")->hash, hash);
}

TEST_F(RecordsTest, AnotherTenantHasNoneOfIt) {
    home_.write(change("o1"));
    testing::TestRecords north(instance_, "north", "/t/north");
    auto const found = north.records().get(DocumentClass::resource, "Observation", "o1");
    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->has_value());
    EXPECT_EQ(must(north.records().index(north.addressing().patient_compartment("p1")))->size(),
              0U);
}

// The administrator of the database moves rows about.
TEST_F(RecordsTest, MovedRowsDoNotOpen) {
    auto first = must(records_.seal(change("o1")));
    auto second = must(records_.seal(change("o2")));
    std::swap(first.document, second.document);
    ASSERT_TRUE(commit(std::move(first)));
    ASSERT_TRUE(commit(std::move(second)));
    EXPECT_EQ(error_of_get("o1"), Errc::corrupt);
    EXPECT_EQ(error_of_get("o2"), Errc::corrupt);

    auto elsewhere = must(records_.seal(change("o3")));
    elsewhere.compartment = home_.addressing().patient_compartment("p2");
    ASSERT_TRUE(home_.tenant().keyring.key_for_writing(elsewhere.compartment).has_value());
    ASSERT_TRUE(commit(std::move(elsewhere)));
    EXPECT_EQ(error_of_get("o3"), Errc::corrupt);

    home_.write(change("o4"));
    EXPECT_EQ(error_of_get("o4", DocumentClass::client), Errc::corrupt);
    EXPECT_TRUE(get("o4").has_value());
}

TEST_F(RecordsTest, AnOldVersionPutBackAsTheNewestDoesNotOpen) {
    auto const original = must(records_.seal(change("o1", 1, "old")));
    auto const put = [&](std::uint64_t version) {
        auto write = must(records_.seal(change("o1", version)));
        write.document = original.document.clone();
        write.index_entry = original.index_entry->clone();
        ASSERT_TRUE(commit(std::move(write)));
    };
    put(1);
    EXPECT_TRUE(get("o1").has_value());
    put(2);
    EXPECT_EQ(error_of_get("o1"), Errc::corrupt);
    EXPECT_EQ(records_.history("Observation", "o1", 0, 10).error().code, Errc::corrupt);
    EXPECT_EQ(records_.entry(address("o1")).error().code, Errc::corrupt);
    EXPECT_EQ(EphiTestAccess::open(must(records_.get_version("Observation", "o1", 1))->text),
              observation("o1", "old"));
    EXPECT_EQ(records_.get_version("Observation", "o1", 2).error().code, Errc::corrupt);
}

TEST_F(RecordsTest, AForeignTenantsRowUnderOurAddressDoesNotOpen) {
    testing::TestRecords north(instance_, "north", "/t/north");
    auto theirs =
        must(north.records().seal(north.change("Observation", "o1", "p1", observation("o1"))));
    theirs.address = address("o1");
    theirs.compartment = home_.addressing().patient_compartment("p1");
    ASSERT_TRUE(home_.tenant().keyring.key_for_writing(theirs.compartment).has_value());
    ASSERT_TRUE(commit(std::move(theirs)));
    EXPECT_EQ(error_of_get("o1"), Errc::corrupt);
    EXPECT_EQ(records_.index(home_.addressing().patient_compartment("p1")).error().code,
              Errc::corrupt);
}

TEST_F(RecordsTest, ACommitWithAStaleVersionWritesNothing) {
    auto first = must(records_.seal(change("o1", 1, "first")));
    auto rival = must(records_.seal(change("o1", 1, "rival")));
    auto early = must(records_.seal(change("o1", 3)));
    ASSERT_TRUE(commit(std::move(first)));
    EXPECT_EQ(commit(std::move(rival)).error().code, Errc::conflict);
    EXPECT_EQ(commit(std::move(early)).error().code, Errc::conflict);
    EXPECT_EQ(EphiTestAccess::open(get("o1")->text), observation("o1", "first"));

    store::Batch batch;
    batch.writes.push_back(must(records_.seal(change("o2"))));
    batch.writes.push_back(must(records_.seal(change("o1", 1))));  // stale
    batch.writes.push_back(must(records_.seal(change("o3"))));
    EXPECT_EQ(commit(std::move(batch)).error().code, Errc::conflict);
    EXPECT_FALSE(get("o2").has_value());
    EXPECT_FALSE(get("o3").has_value());
    EXPECT_EQ(get("o1")->version, 1U);
}

TEST_F(RecordsTest, ADeletionLeavesOnlyHistory) {
    auto written = change("o1");
    auto const token = testing::identifier_token(home_.addressing(), "Observation", "s", "1");
    written.tokens = {token};
    home_.write(written);
    EXPECT_EQ(must(records_.find(token)).size(), 1U);
    ASSERT_TRUE(must(records_.entry(address("o1"))).has_value());
    home_.write(deletion(written));
    auto const gone = get("o1");
    ASSERT_TRUE(gone.has_value());
    EXPECT_EQ(gone->state, store::VersionState::deleted);
    EXPECT_TRUE(gone->text.empty());
    EXPECT_FALSE(must(records_.entry(address("o1"))).has_value());
    EXPECT_TRUE(must(records_.find(token)).empty());
    EXPECT_EQ(must(records_.index(written.compartment))->size(), 0U);
    EXPECT_EQ(must(records_.current("Observation", "o1"))->state, store::VersionState::deleted);
    auto const before = must(records_.get_version("Observation", "o1", 1));
    ASSERT_TRUE(before.has_value());
    EXPECT_EQ(EphiTestAccess::open(before->text), observation("o1"));
}

TEST_F(RecordsTest, WhatStandsAtAnAddressHasAName) {
    auto const written = change("o1");
    EXPECT_FALSE(must(records_.name_at(address("o1"))).has_value());
    home_.write(written);
    home_.write(deletion(written));
    home_.write(change("o2"));
    auto const committed = must(records_.committed(0, 10));
    ASSERT_EQ(committed.size(), 3U);
    EXPECT_EQ(committed[0].address, address("o2"));
    EXPECT_EQ(committed[1].state, store::VersionState::deleted);
    for (auto const* id : {"o1", "o2"}) {
        auto const name = must(records_.name_at(address(id)));
        ASSERT_TRUE(name.has_value());
        EXPECT_EQ(name->type, "Observation");
        EXPECT_EQ(name->id, id);
    }
}

// As version 0.1.0 wrote them.
TEST_F(RecordsTest, ADeletionWithoutANameIsReadByItsNameOnly) {
    auto const written = change("o1");
    home_.write(written);
    Sealing sealing(home_.tenant(), instance_.random);
    DocumentName const name{DocumentClass::resource, written.compartment, "Observation", "o1", 2};
    store::Write write{.address = address("o1"),
                       .compartment = written.compartment,
                       .version = 2,
                       .state = store::VersionState::deleted,
                       .document = must(sealing.seal(name, WallTime{}, EphiText())),
                       .index_entry = {},
                       .tokens = {}};
    ASSERT_TRUE(commit(std::move(write)));
    EXPECT_EQ(get("o1")->state, store::VersionState::deleted);
    EXPECT_FALSE(must(records_.name_at(address("o1"))).has_value());
}

TEST_F(RecordsTest, HistoryInPagesNewestFirstAcrossCompartments) {
    constexpr std::uint64_t kVersions = 11;
    for (std::uint64_t version = 1; version <= kVersions; ++version) {
        auto next = version == 5 ? deletion(change("o1", 4)) : change("o1", version);
        // Versions of one document may stand with different patients.
        if (version > 7) next.compartment = home_.addressing().patient_compartment("p2");
        home_.write(next);
    }
    auto expected = kVersions;
    for (std::uint64_t before = 0; expected > 0;) {
        auto const page = must(records_.history("Observation", "o1", before, 4));
        ASSERT_FALSE(page.empty());
        ASSERT_LE(page.size(), 4U);
        for (auto const& document : page) {
            EXPECT_EQ(document.version, expected);
            EXPECT_EQ(document.text.empty(), expected == 5);
            EXPECT_EQ(document.state == store::VersionState::deleted, expected == 5);
            --expected;
        }
        before = page.back().version;
    }
    EXPECT_TRUE(must(records_.history("Observation", "o1", 1, 4)).empty());
    EXPECT_TRUE(must(records_.history("Observation", "o1", 0, 0)).empty());
    EXPECT_TRUE(must(records_.history("Observation", "o2", 0, 4)).empty());
}

TEST_F(RecordsTest, VersionsThatAreNotThere) {
    home_.write(change("o1"));
    for (std::uint64_t const version : {0ULL, 2ULL, ~0ULL}) {
        auto const found = records_.get_version("Observation", "o1", version);
        EXPECT_FALSE(found.has_value() && found->has_value()) << version;
    }
}

TEST_F(RecordsTest, ATokenFindsLiveDocumentsOfItsVersionOnly) {
    auto const token = testing::identifier_token(home_.addressing(), "Observation", "s", "1");
    auto first = change("o1");
    first.tokens = {token};
    auto second = change("o2");
    second.tokens = {token};
    home_.write(first);
    home_.write(second);
    EXPECT_EQ(must(records_.find(token)).size(), 2U);
    home_.write(change("o1", 2));  // without it
    auto const found = must(records_.find(token));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].address, address("o2"));
    auto const other = testing::identifier_token(home_.addressing(), "Observation", "s", "2");
    EXPECT_TRUE(must(records_.find(other)).empty());
}

TEST_F(RecordsTest, ALookUpAcrossPatientsIsBounded) {
    auto const token = testing::demographic_token(home_.addressing(), "mus", "1");
    store::Batch batch;
    for (std::size_t i = 0; i < limits::kCrossPatientMatches + 5; ++i) {
        auto one = change("o" + std::to_string(i));
        one.tokens = {token};
        batch.writes.push_back(must(records_.seal(one)));
    }
    ASSERT_TRUE(commit(std::move(batch)));
    EXPECT_EQ(must(records_.find(token)).size(), limits::kCrossPatientMatches);
}

}  // namespace
}  // namespace salus::records

// Records under a new data key: all of them, as they were, and none left behind.
#include "records/resealing.h"

#include <gtest/gtest.h>

#include "records/commit.h"
#include "records/tenant_for_test.h"
#include "request/receipt_for_test.h"

namespace salus::records {
namespace {

using testing::EphiTestAccess;
using testing::must;
using testing::observation;

class ResealingTest : public ::testing::Test {
protected:
    [[nodiscard]] Change change(std::string const& id, std::uint64_t version = 1) {
        return home_.change("Observation", id, "p1", observation(id), version);
    }
    [[nodiscard]] Change client(std::string const& id) const {
        Change change;
        change.document_class = DocumentClass::client;
        change.type = "Client";
        change.id = id;
        change.compartment = home_.addressing().identity_compartment();
        change.text = EphiText("{}");
        return change;
    }
    void remove(std::string const& id, std::uint64_t version) {
        Change change;
        change.type = "Observation";
        change.id = id;
        change.compartment = patient_;
        change.version = version;
        change.state = store::VersionState::deleted;
        ASSERT_TRUE(commit(must(records_.seal(change))));
    }
    Result<void> commit(store::Write write) {
        store::Batch batch;
        batch.writes.push_back(std::move(write));
        auto const intent = testing::make_recorded_intent();
        return instance_.home.run(
            records::commit(home_.tenant(), std::move(batch), intent, instance_.home));
    }
    ResealStep prepare(CompartmentId const& compartment, std::uint32_t version) {
        Resealing resealing(records_, *reader_);
        return must(resealing.prepare(compartment, version, std::nullopt));
    }
    Result<void> reseal(ResealStep step) {
        auto const intent = testing::make_recorded_intent();
        return instance_.home.run(
            records::reseal(home_.tenant(), std::move(step.batch), intent, instance_.home));
    }
    void retire(CompartmentId const& compartment, std::uint32_t version) {
        ASSERT_TRUE(instance_.home.run(
            home_.tenant().store.retire_keys(compartment, version, instance_.home)));
    }
    keys::KeyRotation& rotation() { return home_.tenant().keyring.rotation(); }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    Records& records_ = home_.records();
    std::unique_ptr<store::Reader> reader_ = must(home_.tenant().store.open_reader());
    CompartmentId const patient_ = home_.addressing().patient_compartment("p1");
    CompartmentId const identity_ = home_.addressing().identity_compartment();
};

TEST_F(ResealingTest, EveryVersionAndEntryOpensWhenTheOldKeyIsGone) {
    home_.write(change("o1"));
    home_.write(change("o1", 2));
    home_.write(change("o2"));
    remove("o2", 2);
    home_.write(change("o3"));
    remove("o3", 2);
    home_.write(change("o3", 3));
    auto const before = must(records_.index(patient_))->size();
    ASSERT_EQ(must(rotation().begin_data_key(patient_)), 2U);
    home_.write(change("o4"));

    auto step = prepare(patient_, 2);
    EXPECT_EQ(step.unnamed, 0U);
    EXPECT_EQ(step.batch.size(), 7U);
    EXPECT_FALSE(step.next);
    auto const touched = step.touched;
    ASSERT_TRUE(reseal(std::move(step)));
    retire(patient_, 2);
    EXPECT_TRUE(prepare(patient_, 2).batch.empty());
    ASSERT_TRUE(rotation().destroy_data_key(patient_, 1));

    // The store shows what the intent named.
    for (auto const& each : touched) {
        auto const stored = must(reader_->get_version(each.address, each.version));
        ASSERT_TRUE(stored);
        EXPECT_EQ(stored_hash(stored->document), each.stored_hash);
        EXPECT_TRUE(each.patient_compartment);
        EXPECT_EQ(each.type, "Observation");
    }
    for (auto const* id : {"o1", "o3", "o4"}) {
        auto const found = must(records_.get(DocumentClass::resource, "Observation", id));
        ASSERT_TRUE(found) << id;
        EXPECT_EQ(EphiTestAccess::open(found->text), observation(id));
    }
    EXPECT_EQ(must(records_.history("Observation", "o1", 0, 10)).size(), 2U);
    EXPECT_EQ(must(records_.history("Observation", "o2", 0, 10)).size(), 2U);
    EXPECT_EQ(must(records_.history("Observation", "o3", 0, 10)).size(), 3U);
    IndexCache empty(16 * limits::kMiB, instance_.clock);
    auto const again = must(Records::make(home_.tenant(), instance_.random, empty));
    EXPECT_EQ(must(again->index(patient_))->size(), before + 1);
}

TEST_F(ResealingTest, WhatNobodySearchesForIsNamedByItsEntry) {
    ASSERT_TRUE(commit(must(records_.seal(client("c1")))));
    auto guard = client("c1|jti");
    guard.document_class = DocumentClass::replay_guard;
    guard.type = "ReplayGuard";
    guard.expires_at = 1'900'000'000;
    ASSERT_TRUE(commit(must(records_.seal(guard))));
    ASSERT_TRUE(rotation().begin_data_key(identity_));
    auto step = prepare(identity_, 2);
    EXPECT_EQ(step.batch.size(), 2U);
    EXPECT_EQ(step.unnamed, 0U);
    ASSERT_TRUE(reseal(std::move(step)));
    ASSERT_TRUE(rotation().destroy_data_key(identity_, 1));
    EXPECT_TRUE(must(records_.get(DocumentClass::client, "Client", "c1")));
    EXPECT_TRUE(must(records_.get(DocumentClass::replay_guard, "ReplayGuard", "c1|jti")));
    // The name is no index entry of a resource.
    auto const address = home_.addressing().address("Client", "c1");
    EXPECT_FALSE(must(records_.entry(address)));
    EXPECT_FALSE(must(records_.name_at(address)));
}

// As version 0.1.0 stored them: the key stays, and nothing is lost.
TEST_F(ResealingTest, ADocumentWithoutANameIsToldOf) {
    auto write = must(records_.seal(client("c1")));
    write.index_entry.reset();
    ASSERT_TRUE(commit(std::move(write)));
    ASSERT_TRUE(rotation().begin_data_key(identity_));
    auto const step = prepare(identity_, 2);
    EXPECT_TRUE(step.batch.empty());
    EXPECT_EQ(step.unnamed, 1U);
    EXPECT_TRUE(must(records_.get(DocumentClass::client, "Client", "c1")));
}

// A request that sealed its write before the rotation began, and commits it after the last look.
TEST_F(ResealingTest, ALateWriteIsRefusedAndNothingIsLost) {
    home_.write(change("o1"));
    auto late = must(records_.seal(change("o1", 2)));
    auto later = must(records_.seal(change("o2")));
    ASSERT_TRUE(rotation().begin_data_key(patient_));
    ASSERT_TRUE(reseal(prepare(patient_, 2)));
    ASSERT_TRUE(commit(std::move(late)));  // between the rewriter's rounds
    retire(patient_, 2);
    EXPECT_EQ(commit(std::move(later)).error().code, Errc::conflict);
    auto step = prepare(patient_, 2);
    EXPECT_EQ(step.batch.size(), 1U);
    ASSERT_TRUE(reseal(std::move(step)));
    ASSERT_TRUE(rotation().destroy_data_key(patient_, 1));
    auto const found = must(records_.get(DocumentClass::resource, "Observation", "o1"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->version, 2U);
    ASSERT_TRUE(commit(must(records_.seal(change("o2")))));  // prepared again
}

TEST_F(ResealingTest, AMovedRecordDoesNotBecomeRightByBeingSealedAnew) {
    home_.write(change("o1"));
    home_.write(change("o2"));
    ASSERT_TRUE(rotation().begin_data_key(patient_));
    auto step = prepare(patient_, 2);
    ASSERT_EQ(step.batch.size(), 2U);
    // Somebody who can write to the store swapped the two documents.
    std::swap(step.batch[0].document->to, step.batch[1].document->to);
    ASSERT_TRUE(reseal(std::move(step)));
    EXPECT_EQ(records_.get(DocumentClass::resource, "Observation", "o1").error().code,
              Errc::corrupt);
    ASSERT_TRUE(rotation().begin_data_key(patient_));
    Resealing resealing(records_, *reader_);
    EXPECT_EQ(resealing.prepare(patient_, 3, std::nullopt).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace salus::records

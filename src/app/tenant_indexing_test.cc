// The index brought up to date behind an earlier version: entries that do not tell what codes imply
// get it, once, whenever the work is stopped and whatever is written meanwhile.
#include "app/tenant_indexing.h"

#include <gtest/gtest.h>

#include "consent/labels.h"
#include "fhir/parameters_for_test.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::app {
namespace {

using ::salus::testing::must;

constexpr std::size_t kStep = limits::kResealedAtOnce;
constexpr std::size_t kTwoStepsAndSome = 2 * kStep + 20;

class TenantIndexingTest : public ::testing::Test {
protected:
    TenantIndexingTest() {
        tenant().tenant.definitions = &definitions_;
        room_.hooks().before_reseal = [this]() -> std::optional<Error> {
            ++batches_;
            if (refused_.empty()) return std::nullopt;
            auto const code = refused_.back();
            refused_.pop_back();
            return Error{code, "refused by a test", {}, {}};
        };
        start();
    }
    // As a process that begins: nothing is remembered but what is durable.
    void start() {
        indexing_.reset();
        indexing_ = must(TenantIndexing::make(room_.house(), tenant(), settings_, place_));
    }
    [[nodiscard]] pipeline::TenantHouse& tenant() { return *room_.house().tenants.front(); }

    // As a program wrote it that had this map.
    void write(std::string const& id, fhir::LabelMap const& map, std::uint64_t version = 1) {
        auto const text = R"({"resourceType":"Observation","id":")" + id +
                          R"(","status":"final","code":{"text":"x"},"bodySite":{"coding":[)"
                          R"({"system":"http://loinc.org","code":"25836-8"}]}})";
        auto const resource = must(fhir::Reader::parse(EphiText(text), parser_));
        records::Change change;
        change.type = "Observation";
        change.id = id;
        change.compartment = room_.compartment_of("p1");
        change.version = version;
        change.text = EphiText(text);
        change.index_entry =
            must(fhir::make_index_entry(resource.view(), WallTime{}, nullptr, map));
        store::Batch batch;
        batch.writes.push_back(must(records_->seal(change)));
        ASSERT_TRUE(room_.commit_behind(std::move(batch)));
    }
    void write_before(std::string const& id, std::uint64_t version = 1) { write(id, {}, version); }
    void fill(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) write_before("o" + std::to_string(i));
    }
    [[nodiscard]] bool tells(std::string const& id) {
        auto const entry = must(records_->entry(records_->addressing().address("Observation", id)));
        if (!entry) return false;
        auto const view = must(fhir::EntryView::decode(bytes_of(entry->entry)));
        return fhir::tells_labels(view, consent::label_map());
    }
    [[nodiscard]] std::size_t told(std::size_t count) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < count; ++i) found += tells("o" + std::to_string(i)) ? 1U : 0U;
        return found;
    }
    Result<bool> advance() { return indexing_->advance({}); }
    // As the job does.
    void finish() {
        for (int step = 0; step < 100; ++step) {
            if (!must(advance())) return;
        }
        ADD_FAILURE() << "it comes to no end";
    }
    [[nodiscard]] fhir::IndexingProgress const& progress() { return definitions_.indexing(); }
    void write_place(std::string const& text) {
        ASSERT_TRUE(write_file_durably(place_, bytes_of(text), FileAccess::private_to_owner));
    }
    [[nodiscard]] std::string place() { return std::string(text_of(must(read_file(place_, 256)))); }

    ::salus::testing::PipelineRoom room_;
    fhir::LoadedDefinitions definitions_;
    RotationSettings settings_;
    std::filesystem::path place_ = room_.instance().directory.path() / "indexing-default";
    std::unique_ptr<records::Records> records_ = must(records::Records::make(
        tenant().tenant, room_.instance().random, room_.house().index_cache));
    json::Parser parser_;
    std::vector<Errc> refused_;  // of the next batches, from the back
    int batches_ = 0;
    std::unique_ptr<TenantIndexing> indexing_;
};

TEST_F(TenantIndexingTest, EntriesOfEarlierVersionsTellTheirLabels) {
    fhir::LabelMap const other{.digest = "another", .of = [](std::string_view, std::string_view) {
                                   return std::vector<std::string_view>();
                               }};
    write_before("o0");
    write("o1", other);
    write("o2", consent::label_map());
    EXPECT_EQ(told(3), 1U);
    finish();
    EXPECT_EQ(told(3), 3U);
    EXPECT_EQ(batches_, 1);
    EXPECT_FALSE(progress().under_way);
    EXPECT_EQ(progress().commits_left, 0U);
    auto const entry = must(records_->entry(records_->addressing().address("Observation", "o0")));
    auto const view = must(fhir::EntryView::decode(bytes_of(entry->entry)));
    auto values = view.find("_security:of-type");
    ASSERT_TRUE(values);
    EXPECT_EQ(values->token().code, consent::label_map().digest);
    EXPECT_EQ(values->token().code, "HIV");
    EXPECT_EQ(entry->version, 1U);
}

TEST_F(TenantIndexingTest, WhatWasStoppedInTheMiddleGoesOn) {
    fill(kTwoStepsAndSome);
    EXPECT_TRUE(must(advance()));
    EXPECT_TRUE(progress().under_way);
    EXPECT_EQ(told(kTwoStepsAndSome), kStep);
    start();
    finish();
    EXPECT_EQ(told(kTwoStepsAndSome), kTwoStepsAndSome);
    // What was done before the stop was not done again.
    EXPECT_EQ(batches_, 3);
}

TEST_F(TenantIndexingTest, AStoreThatRefusesIsAskedAgain) {
    fill(kTwoStepsAndSome);
    refused_ = {Errc::conflict, Errc::unavailable};
    auto const refused = advance();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_TRUE(must(advance())) << "somebody was faster";
    EXPECT_EQ(told(kTwoStepsAndSome), 0U);
    finish();
    EXPECT_EQ(told(kTwoStepsAndSome), kTwoStepsAndSome);
}

TEST_F(TenantIndexingTest, WhatWasReplacedOrDeletedMeanwhileIsLeftAlone) {
    write_before("o0");
    write_before("o0", 2);
    records::Change deletion;
    deletion.type = "Observation";
    deletion.id = "o1";
    deletion.compartment = room_.compartment_of("p1");
    deletion.version = 2;
    deletion.state = store::VersionState::deleted;
    write_before("o1");
    store::Batch batch;
    batch.writes.push_back(must(records_->seal(deletion)));
    ASSERT_TRUE(room_.commit_behind(std::move(batch)));
    finish();
    EXPECT_TRUE(tells("o0"));
    EXPECT_FALSE(must(records_->entry(records_->addressing().address("Observation", "o1"))));
}

TEST_F(TenantIndexingTest, AFinishedPassIsRemembered) {
    finish();
    write_before("o0");
    start();
    finish();
    EXPECT_EQ(batches_, 0) << "it looked at everything again";
    EXPECT_FALSE(tells("o0"));
    std::filesystem::remove(place_);
    start();
    finish();
    EXPECT_TRUE(tells("o0"));
}

TEST_F(TenantIndexingTest, AnotherTableOrAnEarlierVersionsPlaceMakesItLookAgain) {
    finish();
    auto const finished = place();
    EXPECT_EQ(finished, "- " + std::string(consent::label_map().digest) + " 0");
    std::size_t written = 0;
    for (auto const* other : {"- 0123456789abcdef 0", "0123456789abcdef 0", "0", "", "- x"}) {
        write_place(other);
        write_before("o" + std::to_string(written++));
        start();
        finish();
        EXPECT_EQ(told(written), written) << other;
        EXPECT_EQ(place(), finished);
    }
}

TEST_F(TenantIndexingTest, PackagesThatComeAndGo) {
    auto const loaded = fhir::testing::loaded_of(
        {fhir::testing::parameter_json("Observation", "mark", "token", "Observation.status")});
    write_before("o0");
    finish();
    EXPECT_EQ(batches_, 1);
    definitions_.replace({.profiles = nullptr, .parameters = loaded, .report = nullptr});
    finish();
    EXPECT_EQ(batches_, 2) << "the package's values are missing";
    EXPECT_TRUE(
        must(records_->entry(records_->addressing().address("Observation", "o0"), loaded.get())));
    EXPECT_TRUE(tells("o0"));
    // Gone: every entry tells its labels already, and none is looked at.
    definitions_.replace({});
    write_before("o1");
    finish();
    EXPECT_FALSE(tells("o1"));
    EXPECT_EQ(batches_, 2);
    // Whose place it was is no place of others.
    definitions_.replace({.profiles = nullptr, .parameters = loaded, .report = nullptr});
    start();
    finish();
    EXPECT_TRUE(tells("o1"));
}

}  // namespace
}  // namespace salus::app

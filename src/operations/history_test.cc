// The history of an instance: newest first, in pages, deletions included.
#include "operations/history.h"

#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::must;
using testing::observation_json;
using testing::patient_json;

class HistoryTest : public ::testing::Test {
protected:
    // Versions 1, 2, a deletion as 3, and 4.
    void SetUp() override {
        write();
        write();
        ASSERT_EQ(room_.remove("/fhir/Patient/p1").status(), 204);
        write();
    }
    void write() {
        instance_.clock.advance(std::chrono::minutes(1));
        ASSERT_LT(room_.put("/fhir/Patient/p1", patient_json("p1")).status(), 300);
    }
    [[nodiscard]] request::BundleContent history(std::string const& query) {
        auto prepared = must(room_.prepare({.target = "/fhir/Patient/p1/_history" + query}));
        touched_ = std::move(prepared.touched);
        return std::get<request::BundleContent>(std::move(prepared.content));
    }
    [[nodiscard]] static std::vector<std::uint64_t> versions(request::BundleContent const& bundle) {
        std::vector<std::uint64_t> all;
        for (auto const& entry : bundle.entries) all.push_back(entry.version);
        return all;
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    std::vector<request::Touched> touched_;
};

TEST_F(HistoryTest, NewestFirstWithTheDeletion) {
    auto const bundle = history("");
    EXPECT_EQ(bundle.kind, request::BundleKind::history);
    EXPECT_EQ(versions(bundle), (std::vector<std::uint64_t>{4, 3, 2, 1}));
    EXPECT_EQ(bundle.next_link, "");
    auto const& deletion = bundle.entries[1];
    EXPECT_TRUE(deletion.text.empty());
    EXPECT_EQ(deletion.request_method, Literal("DELETE"));
    EXPECT_EQ(deletion.response_status, "204");
    for (std::size_t const i : {0U, 2U, 3U}) {
        EXPECT_FALSE(bundle.entries[i].text.empty());
        EXPECT_EQ(bundle.entries[i].request_method, Literal("PUT"));
        EXPECT_EQ(bundle.entries[i].request_url, "Patient/p1");
    }
    EXPECT_EQ(bundle.entries[3].response_status, "201");
    EXPECT_GT(bundle.entries[0].last_modified, bundle.entries[3].last_modified);
}

TEST_F(HistoryTest, TheRecordNamesEveryVersionThatLeaves) {
    auto const bundle = history("?_count=3");
    ASSERT_EQ(touched_.size(), 3U);
    for (std::size_t i = 0; i < touched_.size(); ++i) {
        EXPECT_EQ(touched_[i].version, bundle.entries[i].version);
        EXPECT_EQ(touched_[i].action, Literal("read"));
        EXPECT_EQ(touched_[i].compartment, room_.addressing().patient_compartment("p1"));
    }
}

TEST_F(HistoryTest, PagesFollowEachOther) {
    std::vector<std::uint64_t> seen;
    std::string query = "?_count=1";
    for (int pages = 0; !query.empty(); ++pages) {
        ASSERT_LT(pages, 10);
        auto const bundle = history(query);
        ASSERT_EQ(bundle.entries.size(), 1U);
        seen.push_back(bundle.entries[0].version);
        auto const at = bundle.next_link.find('?');
        query = at == std::string::npos ? "" : bundle.next_link.substr(at);
        // A version that comes between two pages belongs to neither.
        if (pages == 1) write();
    }
    EXPECT_EQ(seen, (std::vector<std::uint64_t>{4, 3, 2, 1}));
}

TEST_F(HistoryTest, AFullPageHasANextOneOnlyIfThereIsMore) {
    EXPECT_NE(history("?_count=3").next_link, "");
    EXPECT_EQ(history("?_count=4").next_link, "");
    EXPECT_EQ(history("?_count=5").next_link, "");
    EXPECT_EQ(room_.get("/fhir/Patient/p1/_history?_before=3").status(), 400);
}

TEST_F(HistoryTest, WhatNeverExistedHasNone) {
    for (auto const* target :
         {"/fhir/Patient/p2/_history", "/fhir/Person/p1/_history", "/fhir/Patient/P1/_history"}) {
        EXPECT_EQ(room_.get(target).status(), 404) << target;
    }
}

TEST_F(HistoryTest, ItCanBeReadAfterADeletion) {
    ASSERT_EQ(room_.remove("/fhir/Patient/p1").status(), 204);
    auto const answer = room_.get("/fhir/Patient/p1/_history");
    EXPECT_EQ(answer.status(), 200);
    EXPECT_TRUE(answer.body().contains(R"("type":"history")"));
    EXPECT_EQ(history("").entries.size(), 5U);
}

TEST_F(HistoryTest, EachVersionIsRecordedWithThePatientItBelongedTo) {
    ASSERT_EQ(room_.put("/fhir/Observation/o1", observation_json("o1", "p1")).status(), 201);
    ASSERT_EQ(room_.put("/fhir/Observation/o1", observation_json("o1", "p2")).status(), 200);
    auto const prepared = must(room_.prepare({.target = "/fhir/Observation/o1/_history"}));
    ASSERT_EQ(prepared.touched.size(), 2U);
    EXPECT_EQ(prepared.touched[0].compartment, room_.addressing().patient_compartment("p2"));
    EXPECT_EQ(prepared.touched[1].compartment, room_.addressing().patient_compartment("p1"));
}

}  // namespace
}  // namespace salus::operations

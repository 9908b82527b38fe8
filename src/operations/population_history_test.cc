// Histories of a type and of the system: what they hold, in which order, and whom they obey.
#include "operations/population_history.h"

#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::must;
using testing::observation_json;
using testing::patient_json;

class PopulationHistoryTest : public ::testing::Test {
protected:
    // Patient p1 and p2; Observation o1 of p1, moved to p2, deleted; Organization g1.
    void SetUp() override {
        room_.reach = request::Reach::population;
        put("Patient/p1", patient_json("p1"));
        put("Patient/p2", patient_json("p2"));
        put("Observation/o1", observation_json("o1", "p1"));
        middle_ = instance_.clock.now();
        put("Observation/o1", observation_json("o1", "p2"));
        instance_.clock.advance(std::chrono::minutes(20));
        ASSERT_EQ(room_.remove("/fhir/Observation/o1").status(), 204);
        put("Organization/g1", R"({"resourceType":"Organization","id":"g1","name":"x"})");
    }
    void put(std::string const& name, std::string const& json) {
        instance_.clock.advance(std::chrono::minutes(20));
        ASSERT_LT(room_.put("/fhir/" + name, json).status(), 300);
    }
    [[nodiscard]] request::BundleContent history(std::string const& target) {
        auto prepared = must(room_.prepare({.target = "/fhir/" + target}));
        touched_ = std::move(prepared.touched);
        return std::get<request::BundleContent>(std::move(prepared.content));
    }
    // "Type/id/version", in order.
    [[nodiscard]] static std::vector<std::string> names(request::BundleContent const& bundle) {
        std::vector<std::string> all;
        for (auto const& entry : bundle.entries)
            all.push_back(entry.request_url + "/" + std::to_string(entry.version));
        return all;
    }
    [[nodiscard]] static std::string next(request::BundleContent const& bundle) {
        auto const at = bundle.next_link.find("/fhir/");
        return at == std::string::npos ? "" : bundle.next_link.substr(at + 6);
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    std::vector<request::Touched> touched_;
    WallTime middle_{};
};

using Names = std::vector<std::string>;

TEST_F(PopulationHistoryTest, OfTheSystemTheLastCommittedFirst) {
    auto const bundle = history("_history");
    EXPECT_EQ(names(bundle), (Names{"Organization/g1/1", "Observation/o1/3", "Observation/o1/2",
                                    "Observation/o1/1", "Patient/p2/1", "Patient/p1/1"}));
    EXPECT_EQ(bundle.kind, request::BundleKind::history);
    EXPECT_EQ(bundle.next_link, "");
    EXPECT_EQ(bundle.entries[1].request_method, Literal("DELETE"));
    EXPECT_TRUE(bundle.entries[1].text.empty());
    EXPECT_FALSE(bundle.entries[2].text.empty());
    // Each is recorded with the patient it belonged to.
    ASSERT_EQ(touched_.size(), 6U);
    auto const& addressing = room_.addressing();
    EXPECT_EQ(touched_[0].compartment, addressing.shared_compartment());
    EXPECT_EQ(touched_[2].compartment, addressing.patient_compartment("p2"));
    EXPECT_EQ(touched_[3].compartment, addressing.patient_compartment("p1"));
}

TEST_F(PopulationHistoryTest, OfATypeItsOwnVersionsOnly) {
    EXPECT_EQ(names(history("Observation/_history")),
              (Names{"Observation/o1/3", "Observation/o1/2", "Observation/o1/1"}));
    EXPECT_EQ(names(history("Patient/_history")), (Names{"Patient/p2/1", "Patient/p1/1"}));
    EXPECT_TRUE(names(history("Claim/_history")).empty());
}

TEST_F(PopulationHistoryTest, PagesFollowEachOtherAndKeepTheirQuery) {
    Names seen;
    std::string target = "_history?_count=1";
    for (int pages = 0; !target.empty(); ++pages) {
        ASSERT_LT(pages, 10);
        auto const bundle = history(target);
        ASSERT_EQ(bundle.entries.size(), 1U);
        seen.push_back(names(bundle).front());
        target = next(bundle);
        if (pages == 1) put("Patient/p3", patient_json("p3"));
    }
    EXPECT_EQ(seen, (Names{"Organization/g1/1", "Observation/o1/3", "Observation/o1/2",
                           "Observation/o1/1", "Patient/p2/1", "Patient/p1/1"}));
}

TEST_F(PopulationHistoryTest, ACursorServesItsHistoryAndItsClientOnly) {
    auto const target = next(history("Observation/_history?_count=1"));
    ASSERT_FALSE(target.empty());
    auto const cursor = target.substr(target.find('?'));
    EXPECT_EQ(room_.get("/fhir/" + target).status(), 200);
    for (auto const* other : {"_history", "Patient/_history", "Observation/o1/_history"})
        EXPECT_EQ(room_.get("/fhir/" + (other + cursor)).status(), 400) << other;
    EXPECT_EQ(room_.serve({.target = "/fhir/" + target}, "client-2").status(), 400);
    EXPECT_EQ(room_.get("/fhir/" + target + "x").status(), 400);
}

TEST_F(PopulationHistoryTest, SinceAndAt) {
    auto const middle = to_instant(middle_);
    EXPECT_EQ(
        names(history("_history?_since=" + middle)),
        (Names{"Organization/g1/1", "Observation/o1/3", "Observation/o1/2", "Observation/o1/1"}));
    EXPECT_EQ(names(history("Observation/_history?_at=" + middle)), (Names{"Observation/o1/1"}));
    EXPECT_EQ(names(history("_history?_at=" + middle)),
              (Names{"Observation/o1/1", "Patient/p2/1", "Patient/p1/1"}));
    for (auto const* wrong : {"_since=x", "_at=x", "_since=2020&_at=2020", "_type=Patient"})
        EXPECT_EQ(room_.get(std::string("/fhir/_history?") + wrong).status(), 400) << wrong;
}

TEST_F(PopulationHistoryTest, WithoutAPermitForThePopulationThereIsNone) {
    room_.reach = request::Reach::named;
    for (auto const* target : {"/fhir/_history", "/fhir/Patient/_history"})
        EXPECT_EQ(room_.get(target).status(), 403) << target;
}

TEST_F(PopulationHistoryTest, WhatIsNoResourceIsNotInIt) {
    instance_.clock.advance(std::chrono::minutes(1));
    // A conditional create leaves a guard beside the resource.
    ASSERT_EQ(room_
                  .post("/fhir/Patient", R"({"resourceType":"Patient"})",
                        {{"If-None-Exist", "identifier=urn:mrn|1"}})
                  .status(),
              201);
    auto const bundle = history("_history");
    EXPECT_EQ(bundle.entries.size(), 7U);
    for (auto const& entry : bundle.entries) EXPECT_FALSE(entry.type.empty());
}

}  // namespace
}  // namespace salus::operations

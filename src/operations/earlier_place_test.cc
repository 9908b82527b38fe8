// Records that an earlier version stored with another patient than they would be stored with now
// (decision 0056): they stay there, and are in one place, until they are written again.
#include <gtest/gtest.h>

#include "fhir/index_entry.h"
#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::must;
using testing::patient_json;

std::string coverage_json() {
    return R"({"resourceType":"Coverage","id":"c1","status":"active","subscriber":{"reference":)"
           R"("Patient/parent"},"beneficiary":{"reference":"Patient/child"},"payor":[{"display":)"
           R"("x"}]})";
}

class EarlierPlaceTest : public ::testing::Test {
protected:
    // As it was before: with the first that the compartment's definition lists.
    void SetUp() override {
        for (auto const* id : {"parent", "child"})
            ASSERT_EQ(room_.put("/fhir/Patient/" + std::string(id), patient_json(id)).status(),
                      201);
        auto const resource = must(fhir::Reader::parse(EphiText(coverage_json()), parser_));
        records::Change change;
        change.type = "Coverage";
        change.id = "c1";
        change.compartment = of("parent");
        change.when = instance_.clock.now();
        change.text = EphiText(coverage_json());
        change.index_entry = must(fhir::make_index_entry(resource.view(), change.when));
        request::Prepared prepared;
        prepared.batch.emplace();
        prepared.batch->writes.push_back(must(room_.records().seal(change)));
        ASSERT_TRUE(room_.commit(std::move(prepared)));
    }
    [[nodiscard]] CompartmentId of(std::string const& patient) const {
        return room_.addressing().patient_compartment(patient);
    }
    [[nodiscard]] CompartmentId place() {
        return must(room_.records().current("Coverage", "c1"))->compartment;
    }
    [[nodiscard]] bool is_found_with(std::string const& patient) {
        auto const answer = room_.get("/fhir/Patient/" + patient + "/Coverage");
        EXPECT_EQ(answer.status(), 200) << answer.why();
        return answer.body().contains("Coverage/c1");
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    json::Parser parser_;
};

TEST_F(EarlierPlaceTest, ReadingLeavesARecordWhereItStands) {
    EXPECT_EQ(room_.get("/fhir/Coverage/c1").status(), 200);
    EXPECT_TRUE(is_found_with("parent"));
    EXPECT_FALSE(is_found_with("child"));
    EXPECT_EQ(place(), of("parent"));
}

TEST_F(EarlierPlaceTest, AWriteMovesItToThePatientWhoseItIs) {
    ASSERT_EQ(room_.put("/fhir/Coverage/c1", coverage_json()).status(), 200);
    EXPECT_EQ(place(), of("child"));
    EXPECT_TRUE(is_found_with("child"));
    EXPECT_FALSE(is_found_with("parent"));
    EXPECT_TRUE(room_.get("/fhir/Coverage?patient=child").body().contains("Coverage/c1"));
    // The version before stays what it was.
    auto const before = must(room_.records().get_version("Coverage", "c1", 1));
    ASSERT_TRUE(before);
    EXPECT_EQ(before->compartment, of("parent"));
    EXPECT_EQ(room_.get("/fhir/Coverage/c1/_history/1").status(), 200);
}

TEST_F(EarlierPlaceTest, WhoIsBoundToOnePatientMovesNothing) {
    auto const write_as = [&](std::string const& patient) {
        auto facts = testing::facts_of_caller("patient/*.cruds");
        facts.patient_compartment = of(patient);
        return room_
            .serve_as({http::Method::put,
                       "/fhir/Coverage/c1",
                       {{"Content-Type", testing::kFhirJsonType}},
                       coverage_json()},
                      testing::make_caller(std::move(facts)))
            .status();
    };
    EXPECT_EQ(write_as("parent"), 403);
    EXPECT_EQ(write_as("child"), 404);
    EXPECT_EQ(place(), of("parent"));
}

TEST_F(EarlierPlaceTest, ItIsDeletedWhereItStands) {
    ASSERT_EQ(room_.remove("/fhir/Coverage/c1").status(), 204);
    EXPECT_EQ(place(), of("parent"));
    EXPECT_FALSE(is_found_with("parent"));
    EXPECT_EQ(room_.get("/fhir/Coverage/c1").status(), 410);
}

}  // namespace
}  // namespace salus::operations

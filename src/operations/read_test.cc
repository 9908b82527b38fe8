// read and vread: what is there, what is not, what was; and what the audit record is told.
#include "operations/read.h"

#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::HeaderList;
using testing::must;
using testing::observation_json;
using testing::patient_json;

class ReadTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1", R"(,"gender":"male")")).status(),
                  201);
    }
    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
};

TEST_F(ReadTest, AResourceWithItsVersion) {
    auto const written = instance_.clock.now();
    instance_.clock.advance(std::chrono::hours(5));
    auto const answer = room_.get("/fhir/Patient/p1");
    EXPECT_EQ(answer.status(), 200);
    EXPECT_TRUE(answer.body().contains(R"("id":"p1")")) << answer.body();
    EXPECT_TRUE(answer.body().contains(R"("versionId":"1")"));
    EXPECT_TRUE(answer.body().contains(R"("gender":"male")"));
    EXPECT_EQ(answer.header("ETag"), "W/\"1\"");
    EXPECT_EQ(answer.header("Last-Modified"), to_http_date(written));
    EXPECT_TRUE(answer.header("Content-Type").starts_with("application/fhir+json"));
    auto const head = room_.serve({.method = http::Method::head, .target = "/fhir/Patient/p1"});
    EXPECT_EQ(head.status(), 200);
    EXPECT_EQ(head.header("ETag"), "W/\"1\"");
}

TEST_F(ReadTest, WhatIsNotThere) {
    for (auto const* target :
         {"/fhir/Patient/p2", "/fhir/Patient/P1", "/fhir/Person/p1", "/fhir/Patient/p1/_history/2",
          "/fhir/Patient/p2/_history/1", "/fhir/Person/p1/_history/1",
          "/fhir/Patient/p1/_history/18446744073709551615"}) {
        auto const answer = room_.get(target);
        EXPECT_EQ(answer.status(), 404) << target;
        EXPECT_FALSE(answer.why().contains("p1"));
    }
}

TEST_F(ReadTest, AnotherTenantsPatientIsNotThere) {
    testing::OperationsRoom north(instance_, "north", "/t/north");
    EXPECT_EQ(north.get("/t/north/fhir/Patient/p1").status(), 404);
    ASSERT_EQ(north.put("/t/north/fhir/Patient/p1", patient_json("p1")).status(), 201);
    EXPECT_FALSE(north.get("/t/north/fhir/Patient/p1").body().contains("male"));
    EXPECT_TRUE(room_.get("/fhir/Patient/p1").body().contains("male"));
}

TEST_F(ReadTest, WhatWasDeletedIsGoneAndItsVersionsAreNot) {
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status(), 200);
    ASSERT_EQ(room_.remove("/fhir/Patient/p1").status(), 204);
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 410);
    EXPECT_EQ(room_.get("/fhir/Patient/p1", {{"If-None-Match", "W/\"3\""}}).status(), 410);
    EXPECT_EQ(room_.get("/fhir/Patient/p1/_history/3").status(), 410);
    EXPECT_EQ(room_.get("/fhir/Patient/p1/_history/4").status(), 404);
    auto const first = room_.get("/fhir/Patient/p1/_history/1");
    EXPECT_EQ(first.status(), 200);
    EXPECT_TRUE(first.body().contains(R"("gender":"male")"));
    EXPECT_EQ(first.header("ETag"), "W/\"1\"");
    EXPECT_FALSE(room_.get("/fhir/Patient/p1/_history/2").body().contains("gender"));
}

TEST_F(ReadTest, NotModifiedSaysNothing) {
    for (auto const* tag : {"W/\"1\"", "\"1\"", "*", "W/\"1\", W/\"2\""}) {
        auto const answer = room_.get("/fhir/Patient/p1", {{"If-None-Match", tag}});
        EXPECT_EQ(answer.status(), 304) << tag;
        EXPECT_EQ(answer.body(), "");
        EXPECT_EQ(answer.header("ETag"), "W/\"1\"");
    }
    for (auto const* tag : {"W/\"2\"", "W/\"0\"", "\"\"", "1", "W/\"2\", W/\"3\""}) {
        auto const answer = room_.get("/fhir/Patient/p1", {{"If-None-Match", tag}});
        EXPECT_EQ(answer.status(), 200) << tag;
        EXPECT_TRUE(answer.body().contains("male"));
    }
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status(), 200);
    EXPECT_EQ(room_.get("/fhir/Patient/p1", {{"If-None-Match", "W/\"1\""}}).status(), 200);
}

TEST_F(ReadTest, EvenNotModifiedIsAReadingForTheRecord) {
    for (auto const& headers : {HeaderList{}, HeaderList{{"If-None-Match", "W/\"1\""}}}) {
        auto const prepared =
            must(room_.prepare({.target = "/fhir/Patient/p1", .headers = headers}));
        EXPECT_FALSE(prepared.batch.has_value());
        ASSERT_EQ(prepared.touched.size(), 1U);
        auto const& touched = prepared.touched.front();
        EXPECT_EQ(touched.action, Literal("read"));
        EXPECT_EQ(touched.compartment, room_.addressing().patient_compartment("p1"));
        EXPECT_TRUE(touched.patient_compartment);
        EXPECT_EQ(touched.type, "Patient");
        EXPECT_EQ(touched.address, room_.addressing().address("Patient", "p1"));
        EXPECT_EQ(touched.version, 1U);
        auto const stored =
            must(room_.records().get(records::DocumentClass::resource, "Patient", "p1"));
        EXPECT_EQ(touched.stored_hash, stored->hash);
    }
}

TEST_F(ReadTest, WhatNamesNoPatientIsShared) {
    ASSERT_EQ(
        room_
            .put("/fhir/Organization/g1", R"({"resourceType":"Organization","id":"g1","name":"x"})")
            .status(),
        201);
    auto const prepared = must(room_.prepare({.target = "/fhir/Organization/g1"}));
    ASSERT_EQ(prepared.touched.size(), 1U);
    EXPECT_EQ(prepared.touched[0].compartment, room_.addressing().shared_compartment());
    EXPECT_FALSE(prepared.touched[0].patient_compartment);
}

TEST_F(ReadTest, OnlyTheAskedElementsComeBack) {
    auto const answer = room_.get("/fhir/Patient/p1?_elements=birthDate");
    EXPECT_EQ(answer.status(), 200);
    EXPECT_FALSE(answer.body().contains("gender")) << answer.body();
    EXPECT_TRUE(answer.body().contains("SUBSETTED"));
    EXPECT_FALSE(room_.get("/fhir/Patient/p1").body().contains("SUBSETTED"));
}

TEST_F(ReadTest, ADocumentThatDoesNotOpenIsNotServed) {
    auto write = must(room_.records().seal(
        room_.home().change("Observation", "o1", "p1", observation_json("o1", "p1"))));
    auto other = must(room_.records().seal(
        room_.home().change("Observation", "o2", "p1", observation_json("o2", "p1"))));
    write.document = std::move(other.document);
    ASSERT_TRUE(room_.home().owner().commit(std::move(write)).has_value());
    EXPECT_EQ(room_.get("/fhir/Observation/o1").status(), 500);
    EXPECT_EQ(room_.get("/fhir/Observation/o1/_history/1").status(), 500);
    EXPECT_EQ(room_.get("/fhir/Observation/o1/_history").status(), 500);
}

}  // namespace
}  // namespace salus::operations

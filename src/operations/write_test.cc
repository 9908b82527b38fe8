// create, update and delete: versions, conditions, what is sealed where, and what is refused.
#include "operations/write.h"

#include <gtest/gtest.h>
#include <set>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::HeaderList;
using testing::kFhirJsonType;
using testing::must;
using testing::observation_json;
using testing::patient_json;

class WriteTest : public ::testing::Test {
protected:
    [[nodiscard]] std::uint64_t version(std::string const& type, std::string const& id) {
        auto const current = must(room_.records().current(type, id));
        return current ? current->version : 0;
    }
    [[nodiscard]] request::Prepared prepared_update(std::string const& id,
                                                    HeaderList headers = {}) {
        headers.emplace_back("Content-Type", kFhirJsonType);
        return must(room_.prepare(
            {http::Method::put, "/fhir/Patient/" + id, std::move(headers), patient_json(id)}));
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
};

TEST_F(WriteTest, CreateChoosesTheId) {
    std::set<std::string> locations;
    for (int i = 0; i < 3; ++i) {
        auto const answer = room_.post("/fhir/Patient", patient_json("mine"));
        EXPECT_EQ(answer.status(), 201);
        EXPECT_EQ(answer.header("ETag"), "W/\"1\"");
        EXPECT_FALSE(answer.body().contains("\"mine\""));
        auto const location = answer.header("Location");
        EXPECT_TRUE(location.starts_with("https://localhost:8443/fhir/Patient/"));
        EXPECT_TRUE(location.ends_with("/_history/1"));
        locations.insert(location);
        auto const path = location.substr(std::string("https://localhost:8443").size());
        EXPECT_EQ(room_.get(path).status(), 200);
    }
    EXPECT_EQ(locations.size(), 3U);
    EXPECT_EQ(room_.get("/fhir/Patient/mine").status(), 404);
}

TEST_F(WriteTest, AConditionIsHonouredOrRefusedAndNeverIgnored) {
    auto const body = patient_json("p1");
    EXPECT_EQ(room_.post("/fhir/Patient", body, {{"If-Match", "W/\"1\""}}).status(), 400);
    auto const* date = "Wed, 21 Oct 2026 07:28:00 GMT";
    EXPECT_EQ(room_.post("/fhir/Patient", body, {{"If-Unmodified-Since", date}}).status(), 400);
    EXPECT_EQ(room_.put("/fhir/Patient/p1", body, {{"If-Unmodified-Since", date}}).status(), 400);
    EXPECT_EQ(version("Patient", "p1"), 0U);
    ASSERT_EQ(room_.put("/fhir/Patient/p1", body).status(), 201);
    EXPECT_EQ(room_.remove("/fhir/Patient/p1", {{"If-Unmodified-Since", date}}).status(), 400);
    // RFC 9110 section 13.1.4: beside If-Match it is not looked at.
    EXPECT_EQ(
        room_
            .put("/fhir/Patient/p1", body, {{"If-Match", "W/\"1\""}, {"If-Unmodified-Since", date}})
            .status(),
        200);
    EXPECT_EQ(room_.get("/fhir/Patient/p1", {{"If-Unmodified-Since", date}}).status(), 200);
}

TEST_F(WriteTest, UpdateCreatesAndCountsVersions) {
    auto const first = room_.put("/fhir/Patient/p1", patient_json("p1"));
    EXPECT_EQ(first.status(), 201);
    EXPECT_EQ(first.header("Location"), "https://localhost:8443/fhir/Patient/p1/_history/1");
    auto const second = room_.put("/fhir/Patient/p1", patient_json("p1"));
    EXPECT_EQ(second.status(), 200);
    EXPECT_EQ(second.header("ETag"), "W/\"2\"");
    EXPECT_TRUE(second.body().contains(R"("versionId":"2")"));
    EXPECT_EQ(version("Patient", "p1"), 2U);
}

TEST_F(WriteTest, MetaIsTheServersAndNumbersAreTheClients) {
    auto const answer = room_.put(
        "/fhir/Observation/o1",
        observation_json("o1", "p1",
                         R"(,"meta":{"versionId":"77","lastUpdated":"2001-01-01T00:00:00Z"},)"
                         R"("valueQuantity":{"value":1.50})"));
    EXPECT_EQ(answer.status(), 201);
    EXPECT_TRUE(answer.body().contains(R"("versionId":"1")"));
    EXPECT_FALSE(answer.body().contains("2001"));
    EXPECT_TRUE(answer.body().contains("1.50"));
}

TEST_F(WriteTest, UpdateWithIfMatch) {
    EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1"), {{"If-Match", "W/\"1\""}}).status(),
              412);
    EXPECT_EQ(version("Patient", "p1"), 0U);  // nothing was created
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status(), 201);
    for (auto const* stale : {"W/\"0\"", "W/\"2\"", "\"3\""}) {
        EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1"), {{"If-Match", stale}}).status(),
                  412)
            << stale;
    }
    EXPECT_EQ(version("Patient", "p1"), 1U);
    EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1"), {{"If-Match", "W/\"1\""}}).status(),
              200);
    EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1"), {{"If-Match", "W/\"1\""}}).status(),
              412);
    EXPECT_EQ(version("Patient", "p1"), 2U);
}

// "Only if there is none yet" must not overwrite what is there.
TEST_F(WriteTest, AConditionThatIsNotOfferedIsRefusedAndNotForgotten) {
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1", R"(,"gender":"male")")).status(),
              201);
    for (auto const* tag : {"*", "W/\"1\"", "x", ""}) {
        auto const answer =
            room_.put("/fhir/Patient/p1", patient_json("p1"), {{"If-None-Match", tag}});
        EXPECT_GE(answer.status(), 400) << tag;
        EXPECT_GE(room_.remove("/fhir/Patient/p1", {{"If-None-Match", tag}}).status(), 400) << tag;
    }
    EXPECT_EQ(version("Patient", "p1"), 1U);
    EXPECT_TRUE(room_.get("/fhir/Patient/p1").body().contains("male"));
}

TEST_F(WriteTest, AWriterThatWasOvertakenWritesNothing) {
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status(), 201);
    auto slow = prepared_update("p1");
    auto careful = prepared_update("p1", {{"If-Match", "W/\"1\""}});
    EXPECT_FALSE(slow.conflict.has_value());  // may be prepared again
    ASSERT_TRUE(careful.conflict.has_value());
    EXPECT_EQ(careful.conflict->code, Errc::precondition_failed);
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1", R"(,"gender":"male")")).status(),
              200);
    EXPECT_EQ(room_.commit(std::move(slow)).error().code, Errc::conflict);
    EXPECT_EQ(room_.commit(std::move(careful)).error().code, Errc::conflict);
    EXPECT_TRUE(room_.get("/fhir/Patient/p1").body().contains("male"));
}

TEST_F(WriteTest, PreparingChangesNothing) {
    auto const update = prepared_update("p1");
    ASSERT_TRUE(update.batch.has_value());
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 404);
    auto const create = must(room_.prepare({http::Method::post,
                                            "/fhir/Patient",
                                            {{"Content-Type", kFhirJsonType}},
                                            patient_json("x")}));
    ASSERT_EQ(create.touched.size(), 1U);
    EXPECT_EQ(create.touched[0].action, Literal("create"));
    EXPECT_EQ(create.touched[0].stored_hash,
              records::stored_hash(create.batch->writes.front().document));
    EXPECT_EQ(create.touched[0].address, create.batch->writes.front().address);
    EXPECT_EQ(must(instance_.store->statistics()).versions, 0U);
}

TEST_F(WriteTest, ReturnMinimalHasNoBody) {
    auto const answer =
        room_.put("/fhir/Patient/p1", patient_json("p1"), {{"Prefer", "return=minimal"}});
    EXPECT_EQ(answer.status(), 201);
    EXPECT_EQ(answer.body(), "");
    EXPECT_EQ(answer.header("ETag"), "W/\"1\"");
    EXPECT_NE(
        room_.put("/fhir/Patient/p1", patient_json("p1"), {{"Prefer", "return=representation"}})
            .body(),
        "");
}

TEST_F(WriteTest, AResourceIsSealedWithItsPatient) {
    ASSERT_EQ(room_.put("/fhir/Observation/o1", observation_json("o1", "p1")).status(), 201);
    auto const where = [&] {
        return must(room_.records().current("Observation", "o1"))->compartment;
    };
    EXPECT_EQ(where(), room_.addressing().patient_compartment("p1"));
    ASSERT_EQ(room_.put("/fhir/Observation/o1", observation_json("o1", "p2")).status(), 200);
    EXPECT_EQ(where(), room_.addressing().patient_compartment("p2"));
    EXPECT_EQ(must(room_.records().index(room_.addressing().patient_compartment("p1")))->size(),
              0U);
    EXPECT_TRUE(room_.get("/fhir/Observation/o1/_history/1").body().contains("Patient/p1"));
    // Nobody's observation is shared.
    ASSERT_EQ(room_
                  .put("/fhir/Observation/o2",
                       R"({"resourceType":"Observation","id":"o2","status":"final",)"
                       R"("code":{"text":"x"}})")
                  .status(),
              201);
    EXPECT_EQ(must(room_.records().current("Observation", "o2"))->compartment,
              room_.addressing().shared_compartment());
}

TEST_F(WriteTest, OnlyPatientsAndSharedResourcesHaveTokens) {
    auto const tokens = [&](std::string const& target, std::string const& body) {
        auto const prepared = must(
            room_.prepare({http::Method::put, target, {{"Content-Type", kFhirJsonType}}, body}));
        return prepared.batch->writes.front().tokens.size();
    };
    std::string const identifier = R"(,"identifier":[{"system":"urn:s","value":"1"}])";
    EXPECT_EQ(tokens("/fhir/Patient/p1", patient_json("p1", identifier)), 2U);
    EXPECT_EQ(tokens("/fhir/Observation/o1", observation_json("o1", "p1", identifier)), 0U);
    EXPECT_EQ(tokens("/fhir/Practitioner/d1",
                     R"({"resourceType":"Practitioner","id":"d1")" + identifier + "}"),
              2U);
}

class DeleteTest : public WriteTest {
protected:
    void SetUp() override {
        ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status(), 201);
    }
};

TEST_F(DeleteTest, TwiceIsOnce) {
    auto const first = room_.remove("/fhir/Patient/p1");
    EXPECT_EQ(first.status(), 204);
    EXPECT_EQ(first.body(), "");
    EXPECT_EQ(first.header("ETag"), "W/\"2\"");
    auto const again =
        must(room_.prepare({.method = http::Method::remove, .target = "/fhir/Patient/p1"}));
    EXPECT_EQ(again.status, 204);
    EXPECT_FALSE(again.batch.has_value());
    EXPECT_EQ(version("Patient", "p1"), 2U);
    EXPECT_EQ(room_.remove("/fhir/Patient/p2").status(), 404);
    EXPECT_EQ(room_.remove("/fhir/Person/p1").status(), 404);
}

TEST_F(DeleteTest, WithIfMatch) {
    EXPECT_EQ(room_.remove("/fhir/Patient/p1", {{"If-Match", "W/\"2\""}}).status(), 412);
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 200);
    auto careful = must(room_.prepare({.method = http::Method::remove,
                                       .target = "/fhir/Patient/p1",
                                       .headers = {{"If-Match", "W/\"1\""}}}));
    ASSERT_TRUE(careful.conflict.has_value());
    EXPECT_EQ(careful.conflict->code, Errc::precondition_failed);
    EXPECT_EQ(room_.remove("/fhir/Patient/p1", {{"If-Match", "W/\"1\""}}).status(), 204);
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 410);
}

TEST_F(DeleteTest, ATombstoneHoldsNothingOfTheResource) {
    auto const prepared =
        must(room_.prepare({.method = http::Method::remove, .target = "/fhir/Patient/p1"}));
    auto const& write = prepared.batch->writes.front();
    EXPECT_EQ(write.state, store::VersionState::deleted);
    EXPECT_FALSE(write.index_entry.has_value());
    EXPECT_TRUE(write.tokens.empty());
    ASSERT_EQ(prepared.touched.size(), 1U);
    EXPECT_EQ(prepared.touched[0].action, Literal("delete"));
    EXPECT_EQ(prepared.touched[0].version, 2U);
    EXPECT_EQ(prepared.touched[0].stored_hash, records::stored_hash(write.document));
    EXPECT_EQ(prepared.touched[0].compartment, room_.addressing().patient_compartment("p1"));
}

TEST_F(DeleteTest, AfterwardsItCanBeWrittenAgain) {
    ASSERT_EQ(room_.remove("/fhir/Patient/p1").status(), 204);
    EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).header("ETag"), "W/\"3\"");
    EXPECT_EQ(room_.get("/fhir/Patient/p1").status(), 200);
    EXPECT_EQ(room_.get("/fhir/Patient/p1/_history/2").status(), 410);
}

// What was cut on the way out must not come back as the whole.
class CutResourceTest : public WriteTest {
protected:
    static std::string with_meta(std::string const& meta) {
        return patient_json("p1", ",\"meta\":{" + meta + "}");
    }
};

TEST_F(CutResourceTest, IsNotPutOverTheWhole) {
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1", R"(,"gender":"male")")).status(),
              201);
    auto const cut = room_.get("/fhir/Patient/p1?_elements=birthDate").body();
    ASSERT_TRUE(cut.contains("SUBSETTED"));
    EXPECT_EQ(room_.put("/fhir/Patient/p1", cut).status(), 422);
    EXPECT_EQ(room_.put("/fhir/Patient/p1", cut, {{"If-Match", "W/\"1\""}}).status(), 422);
    for (auto const* meta :
         {R"("tag":[{"code":"SUBSETTED"}])", R"("tag":[{"code":"other"},{"code":"SUBSETTED"}])",
          R"("security":[{"code":"REDACTED"}])", R"("tag":[{"system":"urn:s","code":"REDACTED"}])",
          R"("security":[{"code":"SUBSETTE\u0044"}])"}) {
        EXPECT_EQ(room_.put("/fhir/Patient/p1", with_meta(meta)).status(), 422) << meta;
    }
    EXPECT_EQ(version("Patient", "p1"), 1U);
    EXPECT_TRUE(room_.get("/fhir/Patient/p1").body().contains("male"));
    // Other labels, and the word elsewhere, mean nothing.
    EXPECT_EQ(room_.put("/fhir/Patient/p1", with_meta(R"("tag":[{"code":"subsetted"}])")).status(),
              200);
    EXPECT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1", R"(,"name":[{"text":"SUBSETTED"}])"))
                  .status(),
              200);
}

TEST_F(CutResourceTest, NorAfterADeletion) {
    ASSERT_EQ(room_.put("/fhir/Patient/p1", patient_json("p1")).status(), 201);
    ASSERT_EQ(room_.remove("/fhir/Patient/p1").status(), 204);
    EXPECT_EQ(room_.put("/fhir/Patient/p1", with_meta(R"("tag":[{"code":"SUBSETTED"}])")).status(),
              422);
}

}  // namespace
}  // namespace salus::operations

// Callers who are bound to one patient: a resource that leaves a compartment or enters one, and the
// versions that stay where they were written. Authorization is not asked here; what it decides by
// may have changed before the write.
#include <gtest/gtest.h>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using http::Method;
using testing::observation_json;
using testing::TestRequest;

constexpr char const* kJsonPatch = "application/json-patch+json";

class PatientContextTest : public ::testing::Test {
protected:
    // Observation o1 of p1; Observation o2 was of p1 and is of p2.
    void SetUp() override {
        ASSERT_EQ(put("o1", "p1", nobody()).status(), 201);
        ASSERT_EQ(put("o2", "p1", nobody()).status(), 201);
        ASSERT_EQ(put("o2", "p2", nobody()).status(), 200);
    }
    [[nodiscard]] static request::CallerPointer nobody() {
        return testing::caller_named("client-1");
    }
    [[nodiscard]] request::CallerPointer bound_to(std::string const& patient) const {
        auto facts = testing::facts_of_caller("patient/*.cruds");
        facts.patient_compartment = room_.addressing().patient_compartment(patient);
        return testing::make_caller(std::move(facts));
    }
    testing::Answer put(std::string const& id, std::string const& patient,
                        request::CallerPointer caller) {
        return send(Method::put, "Observation/" + id, testing::kFhirJsonType,
                    observation_json(id, patient), std::move(caller));
    }
    testing::Answer send(Method method, std::string const& path, char const* type,
                         std::string const& body, request::CallerPointer caller) {
        return room_.serve_as({method, "/fhir/" + path, {{"Content-Type", type}}, body},
                              std::move(caller));
    }
    testing::Answer get(std::string const& path, request::CallerPointer caller) {
        return room_.serve_as({.target = "/fhir/" + path}, std::move(caller));
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
};

TEST_F(PatientContextTest, NothingEntersAnotherCompartment) {
    EXPECT_EQ(put("o1", "p1", bound_to("p1")).status(), 200);
    EXPECT_EQ(put("o1", "p2", bound_to("p1")).status(), 403);
    EXPECT_EQ(put("new", "p2", bound_to("p1")).status(), 404);
    auto const* move = R"([{"op":"replace","path":"/subject/reference","value":"Patient/p2"}])";
    EXPECT_EQ(send(Method::patch, "Observation/o1", kJsonPatch, move, bound_to("p1")).status(),
              403);
    auto const* nobodys = R"([{"op":"remove","path":"/subject"}])";
    EXPECT_EQ(send(Method::patch, "Observation/o1", kJsonPatch, nobodys, bound_to("p1")).status(),
              403);
    EXPECT_EQ(get("Observation/o1", bound_to("p1")).header("ETag"), "W/\"2\"");
}

TEST_F(PatientContextTest, NothingLeavesAnotherCompartment) {
    auto const before = get("Observation/o1", nobody()).body();
    EXPECT_EQ(put("o1", "p2", bound_to("p2")).status(), 404);
    auto const* take = R"([{"op":"replace","path":"/subject/reference","value":"Patient/p2"}])";
    EXPECT_EQ(send(Method::patch, "Observation/o1", kJsonPatch, take, bound_to("p2")).status(),
              404);
    EXPECT_EQ(
        send(Method::remove, "Observation/o1", testing::kFhirJsonType, "", bound_to("p2")).status(),
        404);
    auto const* tag = R"({"resourceType":"Parameters","parameter":[{"name":"meta","valueMeta":)"
                      R"({"tag":[{"system":"urn:x","code":"y"}]}}]})";
    EXPECT_EQ(
        send(Method::post, "Observation/o1/$meta-add", testing::kFhirJsonType, tag, bound_to("p2"))
            .status(),
        404);
    // Deleted, it still stands where it stood.
    ASSERT_EQ(send(Method::remove, "Observation/o1", testing::kFhirJsonType, "", nobody()).status(),
              204);
    EXPECT_EQ(put("o1", "p2", bound_to("p2")).status(), 404);
    EXPECT_TRUE(before.contains("Patient/p1"));
}

TEST_F(PatientContextTest, ATransactionIsNoWayAround) {
    auto const entry = [](std::string const& method, std::string const& id,
                          std::string const& resource) {
        auto text =
            R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":")" +
            method + R"(","url":"Observation/)" + id + "\"}";
        if (!resource.empty()) text += ",\"resource\":" + resource;
        return text + "}]}";
    };
    auto const post = [&](std::string const& bundle, std::string const& patient) {
        return send(Method::post, "", testing::kFhirJsonType, bundle, bound_to(patient)).status();
    };
    EXPECT_EQ(post(entry("PUT", "o1", observation_json("o1", "p1")), "p1"), 200);
    EXPECT_EQ(post(entry("PUT", "o1", observation_json("o1", "p2")), "p1"), 403);
    EXPECT_EQ(post(entry("PUT", "o1", observation_json("o1", "p2")), "p2"), 404);
    EXPECT_EQ(post(entry("DELETE", "o1", ""), "p2"), 404);
}

TEST_F(PatientContextTest, AVersionIsReadByThePatientItWasWrittenUnder) {
    EXPECT_EQ(get("Observation/o2", bound_to("p1")).status(), 404);
    EXPECT_EQ(get("Observation/o2", bound_to("p2")).status(), 200);
    EXPECT_EQ(get("Observation/o2/_history/1", bound_to("p1")).status(), 200);
    EXPECT_EQ(get("Observation/o2/_history/1", bound_to("p2")).status(), 404);
    EXPECT_EQ(get("Observation/o2/_history/2", bound_to("p1")).status(), 404);
    auto const theirs = get("Observation/o2/_history", bound_to("p1")).body();
    EXPECT_TRUE(theirs.contains("Patient/p1"));
    EXPECT_FALSE(theirs.contains("Patient/p2"));
    auto const ours = get("Observation/o2/_history", bound_to("p2")).body();
    EXPECT_FALSE(ours.contains("Patient/p1"));
    EXPECT_TRUE(ours.contains("Patient/p2"));
}

}  // namespace
}  // namespace salus::operations

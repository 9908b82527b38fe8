// What names several patients: moved from one to another, followed to another, and told of while
// keys are rotated.
#include <gtest/gtest.h>

#include "operations/operations_for_test.h"
#include "operations/recorded_care.h"

namespace salus::operations {
namespace {

using http::Method;
using keys::Purpose;
using testing::must;
using testing::observation_json;
using testing::patient_json;

std::string reference(std::string const& to) {
    return R"({"reference":")" + to + "\"}";
}

std::string coverage_json(std::string const& beneficiary) {
    return R"({"resourceType":"Coverage","id":"c","status":"active","payor":[{"display":"x"}],)"
           R"("beneficiary":)" +
           reference("Patient/" + beneficiary) + "}";
}

class SeveralPatientsTest : public ::testing::Test {
protected:
    // Both have an observation; a Group has them as members, and a List of nobody names both
    // observations.
    void SetUp() override {
        for (std::string const id : {"p1", "p2"}) {
            put("Patient/" + id, patient_json(id));
            put("Observation/of-" + id, observation_json("of-" + id, id));
        }
        put("Group/g", R"({"resourceType":"Group","id":"g","type":"person","actual":true,)"
                       R"("member":[{"entity":)" +
                           reference("Patient/p1") + R"(},{"entity":)" + reference("Patient/p2") +
                           "}]}");
        put("List/l", R"({"resourceType":"List","id":"l","status":"current","mode":"working",)"
                      R"("entry":[{"item":)" +
                          reference("Observation/of-p1") + R"(},{"item":)" +
                          reference("Observation/of-p2") + "}]}");
        put("Coverage/c", coverage_json("p1"));
    }
    void put(std::string const& name, std::string const& json) {
        auto const answer = room_.put("/fhir/" + name, json);
        ASSERT_LT(answer.status(), 300) << name << " " << answer.why();
    }
    [[nodiscard]] request::CallerPointer bound_to(std::string const& patient) const {
        auto facts = testing::facts_of_caller("patient/*.cruds");
        facts.patient_compartment = room_.addressing().patient_compartment(patient);
        return testing::make_caller(std::move(facts));
    }
    testing::Answer get_as(request::CallerPointer who, std::string const& target) {
        return room_.serve_as({.target = "/fhir/" + target}, std::move(who));
    }
    int move_as(std::string const& patient, std::string const& beneficiary) {
        return room_
            .serve_as({Method::put,
                       "/fhir/Coverage/c",
                       {{"Content-Type", testing::kFhirJsonType}},
                       coverage_json(beneficiary)},
                      bound_to(patient))
            .status();
    }
    void joint_appointment() {
        put("Appointment/a",
            R"({"resourceType":"Appointment","id":"a","status":"proposed","participant":[)"
            R"({"actor":)" +
                reference("Patient/p1") + R"(,"status":"accepted"},{"actor":)" +
                reference("Patient/p2") + R"(,"status":"accepted"},{"actor":)" +
                reference("Practitioner/d") + R"(,"status":"accepted"}]})");
    }
    bool cares(std::string const& practitioner, std::string const& patient) {
        must(room_.records().renew_token_keys());
        json::Parser parser;
        RecordedCare care(room_.records(), parser, instance_.clock.now());
        return must(care.hold(practitioner, room_.addressing().patient_compartment(patient)));
    }
    static void must(Result<void> const& done) { ASSERT_TRUE(done) << done.error().why.text(); }
    template <class T>
    static T must(Result<T> result) {
        return testing::must(std::move(result));
    }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
};

TEST_F(SeveralPatientsTest, ACoverageIsMovedByNobodyWhoIsBoundToOne) {
    EXPECT_EQ(move_as("p1", "p2"), 403);  // gives
    EXPECT_EQ(move_as("p2", "p2"), 404);  // takes
    EXPECT_EQ(move_as("p2", "p1"), 404);
    EXPECT_EQ(move_as("p1", "p1"), 200);
    put("Coverage/c", coverage_json("p2"));
    EXPECT_EQ(get_as(bound_to("p1"), "Coverage/c").status(), 404);
    EXPECT_EQ(get_as(bound_to("p2"), "Coverage/c").status(), 200);
    // Versions stay with whom they were written.
    EXPECT_EQ(get_as(bound_to("p1"), "Coverage/c/_history/1").status(), 200);
    EXPECT_EQ(get_as(bound_to("p2"), "Coverage/c/_history/1").status(), 404);
}

TEST_F(SeveralPatientsTest, NobodyElseComesAlong) {
    for (auto const* target :
         {"Group?_id=g&member=Patient/p1&_include=Group:member",
          "Patient/p1/Group?_include=Group:member", "Patient?_id=p1&_revinclude=Group:member",
          "Patient?_id=p1&_has:Group:member:_id=g", "Patient/p1/$everything",
          "Patient?_id=p1&_revinclude=Group:member&_include:iterate=Group:member",
          "Group?member:Patient._id=p1&_include=*", "List?_id=l&_include=List:item"}) {
        auto const answer = get_as(bound_to("p1"), target);
        if (answer.status() != 200) continue;
        EXPECT_FALSE(answer.body().contains(R"("id":"of-p2")")) << target;
        EXPECT_FALSE(answer.body().contains(R"("id":"p2")")) << target;
    }
    // The Group stands with the first of its members: from the other it is not to be found.
    for (auto const* target :
         {"Patient?_id=p2&_has:Group:member:_id=g", "Patient?_id=p2&_revinclude=Group:member",
          "Patient/p2/Group", "Patient/p2/$everything"}) {
        auto const answer = room_.get(std::string("/fhir/") + target);
        EXPECT_EQ(answer.status(), 200) << target << answer.why();
        EXPECT_FALSE(answer.body().contains(R"("id":"g")")) << target;
    }
}

TEST_F(SeveralPatientsTest, ARotationOfTokenKeysChangesNobodysCare) {
    auto& rotation = room_.home().tenant().keyring.rotation();
    auto const expect_care = [&](char const* step) {
        for (auto const* patient : {"p1", "p2"}) {
            EXPECT_TRUE(cares("Practitioner/d", patient)) << step << patient;
            EXPECT_FALSE(cares("Practitioner/e", patient)) << step << patient;
        }
    };
    joint_appointment();
    expect_care("before");
    auto const version = must(rotation.begin_purpose_key(Purpose::blind_index));
    expect_care("begun");
    joint_appointment();  // with tokens by both keys
    expect_care("written");
    must(rotation.set_purpose_state(Purpose::blind_index, version, keys::KeyState::active));
    expect_care("active");
    must(rotation.destroy_purpose_key(Purpose::blind_index, version - 1));
    expect_care("destroyed");
    joint_appointment();
    expect_care("written again");
}

}  // namespace
}  // namespace salus::operations

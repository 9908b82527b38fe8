// Who is, or belongs to, an actor that a consent names: what the records tell, and what they do
// not.
#include "operations/consent_actors.h"

#include <gtest/gtest.h>
#include <map>

#include "operations/operations_for_test.h"

namespace salus::operations {
namespace {

using testing::must;
using testing::patient_json;

class ConsentActorsTest : public ::testing::Test {
protected:
    // By actor; one that is missing is not known.
    using Known = std::map<std::string, bool>;

    void SetUp() override {
        put("Patient/p1", patient_json("p1"));
        put("Patient/p2", patient_json("p2"));
    }
    void put(std::string const& name, std::string const& json) {
        auto const answer = room_.put("/fhir/" + name, json);
        ASSERT_LT(answer.status(), 300) << name << answer.why();
    }
    void put_role(std::string const& id, std::string const& practitioner,
                  std::string const& more = "") {
        put("PractitionerRole/" + id, R"({"resourceType":"PractitionerRole","id":")" + id +
                                          R"(","practitioner":{"reference":")" + practitioner +
                                          "\"}" + more + "}");
    }
    void put_team(std::string const& id, std::string const& patient, std::string const& members,
                  std::string const& more = R"(,"status":"active")") {
        put("CareTeam/" + id, R"({"resourceType":"CareTeam","id":")" + id +
                                  R"(","subject":{"reference":"Patient/)" + patient +
                                  R"("},"participant":[)" + members + "]" + more + "}");
    }
    static std::string member(std::string const& who, std::string const& more = "") {
        return R"({"member":{"reference":")" + who + "\"}" + more + "}";
    }
    Known known(std::vector<std::string> const& actors,
                std::string const& practitioner = "Practitioner/anna") {
        ConsentActors one(room_.records(), parser_, practitioner, instance_.clock.now());
        Known all;
        for (auto const& each :
             must(one.memberships(room_.addressing().patient_compartment("p1"), actors)))
            all[each.actor] = each.member;
        return all;
    }
    Known known(std::string const& actor) { return known(std::vector{actor}); }

    testing::TestInstance instance_;
    testing::OperationsRoom room_{instance_};
    json::Parser parser_;
    std::string const over_ = R"(,"period":{"start":"2001","end":"2002"})";
    std::string const going_on_ = R"(,"period":{"start":"2001"})";
};

TEST_F(ConsentActorsTest, ARoleIsThePractitionersOwn) {
    put_role("r1", "Practitioner/anna", going_on_);
    put_role("r2", "Practitioner/ben");
    put_role("r3", "Practitioner/anna", R"(,"active":false)");
    put_role("r4", "Practitioner/anna", over_);
    put_role("r5", "https://elsewhere/fhir/Practitioner/anna");
    EXPECT_EQ(known({"PractitionerRole/r1", "PractitionerRole/r2", "PractitionerRole/r3",
                     "PractitionerRole/r4", "PractitionerRole/r5", "PractitionerRole/none"}),
              (Known{{"PractitionerRole/r1", true}, {"PractitionerRole/r2", false}}));
    EXPECT_EQ(known({"PractitionerRole/r1"}, ""), Known{});
}

TEST_F(ConsentActorsTest, ACareTeamHasItsMembers) {
    put_team("t1", "p1", member("Practitioner/anna") + "," + member("Organization/o1"));
    put_team("t2", "p1", member("Practitioner/ben") + "," + member("Patient/p1"));
    put_team("t3", "p1", member("Practitioner/ben") + "," + member("Organization/o1"));
    put_team("t4", "p1", member("Practitioner/anna"), R"(,"status":"inactive")");
    put_team("t5", "p1", member("Practitioner/anna"), R"(,"status":"active")" + over_);
    put_team("t6", "p1", member("Practitioner/anna", over_));
    put_team("t7", "p1", member("Practitioner/anna", going_on_));
    // A team of another patient's, whoever writes there.
    put_team("t8", "p2", member("Practitioner/anna"));
    std::vector<std::string> teams;
    for (int i = 1; i <= 8; ++i) teams.push_back("CareTeam/t" + std::to_string(i));
    EXPECT_EQ(known(teams),
              (Known{{"CareTeam/t1", true}, {"CareTeam/t2", false}, {"CareTeam/t7", true}}));
}

TEST_F(ConsentActorsTest, AnOrganizationHasThoseWhoWorkForIt) {
    auto const for_clinic = std::string(R"(,"organization":{"reference":"Organization/clinic"})");
    EXPECT_EQ(known("Organization/clinic"), Known{});
    put_role("r1", "Practitioner/ben", for_clinic);
    put_role("r2", "Practitioner/anna", for_clinic + over_);
    put_role("r3", "Practitioner/anna", R"(,"organization":{"reference":"Organization/other"})");
    EXPECT_EQ(known("Organization/clinic"), Known{});
    put_role("r4", "Practitioner/anna", for_clinic);
    EXPECT_EQ(known("Organization/clinic"), (Known{{"Organization/clinic", true}}));
    EXPECT_EQ(known("Organization/other"), (Known{{"Organization/other", true}}));
}

TEST_F(ConsentActorsTest, OfOthersNothingIsKnown) {
    EXPECT_EQ(known({"Device/d1", "RelatedPerson/x", "Patient/p2", "Practitioner/ben", "Group/g"}),
              Known{});
}

}  // namespace
}  // namespace salus::operations

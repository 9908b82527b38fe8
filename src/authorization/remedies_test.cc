// What would have a refused request allowed: each remedy does, taken alone, and of what the
// hospital's rules ask for each is named.
#include <gtest/gtest.h>
#include <set>
#include <string>

#include "authorization/explain.h"
#include "authorization/hospital_policy_for_test.h"
#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

class RemediesTest : public ::testing::Test {
protected:
    RemediesTest() {
        caller_.roles = {*request::RoleName::parse("physician")};
        caller_.person =
            request::Person{.id = UserId("u1"), .grant = "g1", .acr = "mfa", .authenticated = kNow};
        circumstances_.access = at_work();
    }
    [[nodiscard]] std::set<std::string> remedies(Interaction interaction, char const* type,
                                                 ScopesOf scopes = ScopesOf::anybody) const {
        auto intent = facts_of_intent(interaction, type);
        intent.compartment = CompartmentId::from(CompartmentId::Array{1});
        intent.patient_compartment = true;
        auto const told = explain(policy_, caller_, intent, circumstances_, scopes);
        EXPECT_FALSE(told.allowed);
        std::set<std::string> kinds;
        for (auto const& remedy : told.remedies) kinds.emplace(name_of(remedy.kind).text());
        return kinds;
    }

    Policy policy_ = testing::hospital_policy();
    request::CallerFacts caller_ = facts_of_caller("user/*.cruds", kTreat);
    Circumstances circumstances_{.now = kNow};
};

using Kinds = std::set<std::string>;

TEST_F(RemediesTest, CareAndEmergenciesOpenAChart) {
    auto const kinds = remedies(Interaction::read, "Observation");
    EXPECT_TRUE(kinds.contains("care"));
    EXPECT_TRUE(kinds.contains("emergency"));
    EXPECT_FALSE(kinds.contains("network"));
    caller_.roles = {*request::RoleName::parse("careCoordinator")};
    auto const coordinators = remedies(Interaction::read, "Observation");
    EXPECT_TRUE(coordinators.contains("care"));
    EXPECT_FALSE(coordinators.contains("emergency"));
    caller_.roles = {*request::RoleName::parse("billing")};
    EXPECT_FALSE(remedies(Interaction::read, "Observation").contains("care"));
}

// The app that gets an emergency's token has scopes of one patient, or nothing.
TEST_F(RemediesTest, AnEmergencyTakesScopesOfOnePatient) {
    EXPECT_FALSE(
        remedies(Interaction::read, "Observation", ScopesOf::subject).contains("emergency"));
    caller_.scopes = request::parse_scopes("user/*.cruds patient/*.rs").value();
    EXPECT_TRUE(
        remedies(Interaction::read, "Observation", ScopesOf::subject).contains("emergency"));
    EXPECT_FALSE(
        remedies(Interaction::create, "Observation", ScopesOf::subject).contains("emergency"));
}

TEST_F(RemediesTest, CircumstancesAreNamed) {
    circumstances_.care_relationship = true;
    circumstances_.access.device = {};
    EXPECT_TRUE(remedies(Interaction::create, "Observation").contains("device"));
    circumstances_.access = at_work();
    circumstances_.access.network.zone = request::NetworkZone::denied;
    EXPECT_EQ(remedies(Interaction::read, "Observation"), Kinds{"network"});
    circumstances_.access = at_work();
    circumstances_.access.local = {.hour = 3, .weekday = 7};
    caller_.roles = {*request::RoleName::parse("billing")};
    caller_.purpose = kPay;
    EXPECT_TRUE(remedies(Interaction::read, "Claim").contains("time"));
    // Two things are missing: neither alone would do.
    circumstances_.access.network.zone = request::NetworkZone::denied;
    EXPECT_EQ(remedies(Interaction::read, "Claim"), Kinds{});
}

}  // namespace
}  // namespace salus::authorization

// Declared emergencies under the hospital's policy (45 CFR 164.312(a)(2)(ii)): in force until their
// time, for who declared one, under a passkey of the last hour.
#include "request/emergency.h"

#include <gtest/gtest.h>

#include "authorization/hospital_policy_for_test.h"
#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

using std::chrono::seconds;

class EmergencyTest : public ::testing::Test {
protected:
    EmergencyTest() {
        caller_ = facts_of_caller("patient/*.cruds", PurposeOfUse::emergency);
        caller_.roles = {*request::RoleName::parse("physician")};
        caller_.patient_compartment = compartment_;
        caller_.person = request::Person{.id = UserId("u1"),
                                         .grant = "g1",
                                         .acr = "phr",
                                         .authenticated = kNow - seconds(600),
                                         .practitioner = "Practitioner/d1",
                                         .emergency_until = kNow + seconds(60)};
    }
    [[nodiscard]] Decision decided(Interaction interaction, char const* type, WallTime now) const {
        auto intent = facts_of_intent(interaction, type);
        intent.compartment = compartment_;
        intent.patient_compartment = true;
        Circumstances circumstances{.now = now};
        circumstances.access.network.zone = request::NetworkZone::internal;
        return decide(policy_, caller_, intent, circumstances);
    }
    [[nodiscard]] bool reads(WallTime now = kNow) const {
        return decided(Interaction::read, "Observation", now).allowed;
    }

    CompartmentId compartment_ = CompartmentId::from(CompartmentId::Array{1});
    Policy policy_ = testing::hospital_policy();
    request::CallerFacts caller_;
};

TEST_F(EmergencyTest, OpensTheRecordAndNamesItsDuties) {
    auto const decision = decided(Interaction::read, "Observation", kNow);
    ASSERT_TRUE(decision.allowed);
    EXPECT_NE(std::ranges::find(decision.duties, Duty::notify_privacy), decision.duties.end());
    EXPECT_NE(std::ranges::find(decision.duties, Duty::review), decision.duties.end());
    // On a device of which nothing is known, too.
    EXPECT_TRUE(decided(Interaction::create, "Observation", kNow).allowed);
    EXPECT_FALSE(decided(Interaction::remove, "Observation", kNow).allowed);
}

TEST_F(EmergencyTest, IsOverAtItsTime) {
    EXPECT_TRUE(reads(kNow + seconds(59)));
    EXPECT_FALSE(reads(kNow + seconds(60)));
}

TEST_F(EmergencyTest, IsDeclaredByWhoHasIt) {
    auto& person = *caller_.person;
    person.emergency_until.reset();
    EXPECT_FALSE(reads());
    person.emergency_until = kNow + seconds(60);
    caller_.roles = {*request::RoleName::parse("billing")};
    EXPECT_FALSE(reads());
    caller_.roles = {*request::RoleName::parse("nurse")};
    EXPECT_TRUE(reads());
    person.acr = "mfa";
    EXPECT_FALSE(reads());
    person.acr = "phr";
    person.authenticated = kNow - seconds(3601);
    EXPECT_FALSE(reads());
}

// It is of one purpose: whoever treats without an emergency has none by having declared one.
TEST_F(EmergencyTest, IsOfItsPurposeAndOfAPerson) {
    EXPECT_TRUE(request::in_emergency(caller_, kNow));
    caller_.purpose = PurposeOfUse::treatment;
    EXPECT_FALSE(request::in_emergency(caller_, kNow));
    EXPECT_FALSE(reads());
    caller_.purpose = PurposeOfUse::emergency;
    caller_.person.reset();
    EXPECT_FALSE(request::in_emergency(caller_, kNow));
    EXPECT_FALSE(reads());
}

}  // namespace
}  // namespace salus::authorization

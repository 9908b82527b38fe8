// What may be searched, followed and included: no more than what may leave.
#include <array>
#include <gtest/gtest.h>

#include "authorization/decide.h"
#include "authorization/policy_for_test.h"
#include "fhir/compartment.h"
#include "fhir/parameters_for_test.h"

namespace salus::authorization {
namespace {

request::IntentFacts search(std::string const& type,
                            std::vector<std::pair<std::string, std::string>> const& parameters) {
    auto intent = facts_of_intent(Interaction::search_type, type);
    auto query = fhir::SearchQuery::parse(*fhir::find_resource_type(type), parameters, WallTime{});
    EXPECT_TRUE(query.has_value());
    intent.query = *std::move(query);
    return intent;
}

TEST(Decide, WhatMayNotLeaveMayNotBeSearchedBy) {
    auto const policy = test_policy();
    auto const payer = facts_of_caller("system/*.s", kPay);
    auto const permits = [&](request::IntentFacts const& intent) {
        return decide(policy, payer, intent, kNow).allowed;
    };
    EXPECT_FALSE(permits(search("Patient", {{"address", "Bahnhof"}})));
    EXPECT_FALSE(permits(search("Patient", {{"name", "x"}, {"gender", "male"}})));
    EXPECT_FALSE(permits(search("Patient", {{"address-city:missing", "false"}})));
    EXPECT_FALSE(permits(search("Patient", {{"name", "x"}, {"_sort", "gender"}})));
    EXPECT_FALSE(permits(search("Patient", {{"name", "x"}, {"_sort", "name,-address-city"}})));
    EXPECT_FALSE(permits(search("Encounter", {{"patient", "Patient/1"}})));
    EXPECT_FALSE(permits(search("Encounter", {{"subject", "Patient/1"}, {"status", "finished"}})));

    EXPECT_TRUE(permits(search("Patient", {{"name", "x"}, {"birthdate", "2000-01-01"}})));
    EXPECT_TRUE(permits(search("Patient", {{"_id", "1"}, {"_sort", "_lastUpdated"}})));
    EXPECT_TRUE(permits(search("Encounter", {{"status", "finished"}})));
    EXPECT_TRUE(permits(search("Claim", {{"patient", "Patient/1"}})));  // all elements
    auto const healer = facts_of_caller("system/*.s", kTreat);
    EXPECT_TRUE(decide(policy, healer, search("Patient", {{"address", "x"}}), kNow).allowed);
}

// A package's parameter is judged by what its expression reads; where that cannot be told, all must
// be visible.
TEST(Decide, ParametersOfPackagesReadWhatTheirExpressionsRead) {
    using fhir::testing::parameter_json;
    auto const loaded = fhir::testing::loaded_of(
        {parameter_json("Patient", "nick", "string", "Patient.name.where(use = 'nickname').given"),
         parameter_json("Patient", "race", "token", "Patient.extension('r').value"),
         parameter_json("Patient", "mixed", "token", "Patient.where(name.exists()).gender"),
         parameter_json("Patient", "rich", "token", "Patient.children().count() > 3")});
    auto const policy = test_policy();
    auto const permits = [&](request::CallerFacts const& caller, std::string const& name,
                             std::string const& value) {
        auto intent = facts_of_intent(Interaction::search_type, "Patient");
        auto query = fhir::SearchQuery::parse(*fhir::find_resource_type("Patient"),
                                              std::vector{std::pair(name, value)}, WallTime{},
                                              fhir::Handling::strict, loaded);
        EXPECT_TRUE(query.has_value()) << name;
        intent.query = *std::move(query);
        return decide(policy, caller, intent, kNow).allowed;
    };
    auto const payer = facts_of_caller("system/*.s", kPay);
    EXPECT_TRUE(permits(payer, "nick", "x"));
    EXPECT_FALSE(permits(payer, "race", "x"));
    EXPECT_FALSE(permits(payer, "race:missing", "true"));
    EXPECT_FALSE(permits(payer, "_sort", "race"));
    EXPECT_FALSE(permits(payer, "mixed", "male"));
    EXPECT_FALSE(permits(payer, "rich", "true"));
    auto const healer = facts_of_caller("system/*.s", kTreat);
    for (auto const* name : {"race", "mixed", "rich"}) EXPECT_TRUE(permits(healer, name, "true"));
}

TEST(Decide, WhatMayNotLeaveMayNotBeFollowedOrIncluded) {
    auto const policy = test_policy();
    auto const payer = facts_of_caller("system/*.rs", kPay);
    auto const permits = [&](request::IntentFacts const& intent) {
        return decide(policy, payer, intent, kNow).allowed;
    };
    // Through chains and _has: the element of the other type is asked about as if it were searched.
    EXPECT_TRUE(permits(search("Claim", {{"patient.name", "x"}})));
    EXPECT_FALSE(permits(search("Claim", {{"patient.address", "x"}})));
    EXPECT_FALSE(permits(search("Claim", {{"patient:Patient.gender:missing", "true"}})));
    EXPECT_FALSE(permits(search("Claim", {{"patient._has:Encounter:patient:status", "x"}})));
    EXPECT_FALSE(permits(search("Patient", {{"_has:Encounter:patient:status", "finished"}})));
    // A type that the purpose does not see at all.
    EXPECT_FALSE(permits(search("Patient", {{"_has:Observation:patient:code", "x"}})));
    EXPECT_FALSE(permits(search("Patient", {{"_revinclude", "Observation:patient"}})));
    EXPECT_FALSE(permits(search("Encounter", {{"_include", "Encounter:patient"}})));

    auto const healer = facts_of_caller("system/Observation.rs system/Patient.r", kTreat);
    auto const heals = [&](request::IntentFacts const& intent) {
        return decide(policy, healer, intent, kNow).allowed;
    };
    // Patient may be read and not searched; Encounter neither.
    EXPECT_FALSE(heals(search("Observation", {{"subject:Patient.name", "x"}})));
    EXPECT_TRUE(heals(search("Observation", {{"_include", "Observation:subject:Patient"}})));
    EXPECT_FALSE(heals(search("Observation", {{"_include", "Observation:encounter:Encounter"}})));
    EXPECT_FALSE(heals(search("Observation", {{"encounter.status", "x"}})));
    EXPECT_FALSE(heals(search("Observation", {{"_revinclude", "Provenance:target"}})));
    auto const several =
        decide(policy, healer, search("Observation", {{"_include", "Observation:subject"}}), kNow);
    ASSERT_TRUE(several.allowed);  // of Patient, Group, Device, Location
    ASSERT_EQ(several.included.size(), 1U);
    EXPECT_EQ(several.included[0].type, "Patient");
}

TEST(Decide, APatientsScopeIncludesNothingFromBeyond) {
    auto const policy = test_policy();
    auto app = facts_of_caller("patient/*.rs", kTreat);
    auto intent = search("Observation", {{"_include", "Observation:performer"}});
    app.patient_compartment = CompartmentId::from(crypto::Sha256Digest{1});
    intent.compartment = app.patient_compartment;
    auto const decision = decide(policy, app, intent, kNow);
    ASSERT_TRUE(decision.allowed);
    for (auto const& included : decision.included)
        EXPECT_FALSE(fhir::is_shared_type(*fhir::find_resource_type(included.type)));
    auto shared = search("Encounter", {{"location.name", "x"}});
    shared.compartment = app.patient_compartment;
    EXPECT_FALSE(decide(policy, app, shared, kNow).allowed);
}

TEST(Decide, AllTypesOfAPatientAreDecidedOneByOne) {
    auto const policy = test_policy();
    auto intent = facts_of_intent(Interaction::search_type, "");
    auto query = fhir::SearchQuery::parse(*fhir::find_type("Resource"), {}, WallTime{});
    intent.query = *std::move(query);
    intent.patient = EphiText("1");
    auto const healer = facts_of_caller("system/Observation.rs system/Condition.r", kTreat);
    EXPECT_FALSE(decide(policy, healer, intent, kNow).allowed);  // no compartment
    intent.compartment = CompartmentId::from(crypto::Sha256Digest{1});
    auto const decision = decide(policy, healer, intent, kNow);
    ASSERT_TRUE(decision.allowed);
    ASSERT_EQ(decision.included.size(), 1U);  // Condition may not be searched
    EXPECT_EQ(decision.included[0].type, "Observation");
    EXPECT_FALSE(
        decide(policy, facts_of_caller("system/Condition.r", kTreat), intent, kNow).allowed);
    // Encounters are seen without their subject: that they are this patient's is not told.
    auto const payer = decide(policy, facts_of_caller("system/*.rs", kPay), intent, kNow);
    ASSERT_TRUE(payer.allowed);
    for (auto const& included : payer.included) EXPECT_NE(included.type, "Encounter");
}

TEST(Decide, APatientsCompartmentIsSearchedByThePatientToo) {
    auto const policy = test_policy();
    auto const payer = facts_of_caller("system/*.s", kPay);
    auto encounters = search("Encounter", {});  // Patient/1/Encounter, subject withheld
    encounters.patient = EphiText("1");
    EXPECT_FALSE(decide(policy, payer, encounters, kNow).allowed);
    auto claims = search("Claim", {});
    claims.patient = EphiText("1");
    EXPECT_TRUE(decide(policy, payer, claims, kNow).allowed);
    auto patients = search("Patient", {});
    patients.patient = EphiText("1");
    EXPECT_TRUE(decide(policy, payer, patients, kNow).allowed);  // its id always leaves
}

}  // namespace
}  // namespace salus::authorization

// Reading, searching and writing open elements each for itself: what one opens is not open to the
// others, since records may be out of the reach of one and not of another.
#include <gtest/gtest.h>
#include <string>

#include "authorization/hospital_policy_for_test.h"
#include "authorization/policy_for_test.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

// Some records are out of the reach of reading; of these searching shows what kind they are.
constexpr char const* kEachItsOwn = R"(
@id("reads") @fields("*")
permit (principal, action in [Action::"read", Action::"create"], resource is Record);
@id("finds") @fields("code, status, subject")
permit (principal, action == Action::"search", resource is Record);
@id("writes") @fields("code, status")
permit (principal, action == Action::"update", resource is Record);
@id("withheld") forbid (principal, action == Action::"read", resource is Record)
when { resource.labels.contains("PSY") };
)";

Decision decided(request::IntentFacts const& intent, char const* scopes = "system/*.cruds") {
    auto const policy = Policy::parse(kEachItsOwn);
    EXPECT_TRUE(policy) << (policy ? "" : policy.error().front().text);
    if (!policy) return {};
    return decide(*policy, facts_of_caller(scopes, kTreat), intent, kNow);
}

request::IntentFacts searched(std::string const& type, std::string const& name,
                              std::string const& value) {
    auto intent = facts_of_intent(Interaction::search_type, type);
    auto query = fhir::SearchQuery::parse(*fhir::find_resource_type(type),
                                          std::vector{std::pair(name, value)}, WallTime{});
    EXPECT_TRUE(query) << name;
    if (query) intent.query = *std::move(query);
    return intent;
}

request::IntentFacts patched(char const* type, std::string const& operations) {
    json::Parser parser;
    auto patch = fhir::JsonPatch::parse(EphiText(operations), parser);
    EXPECT_TRUE(patch) << operations;
    auto intent = facts_of_intent(Interaction::patch, type);
    if (patch) intent.patch = std::make_shared<fhir::JsonPatch const>(*std::move(patch));
    return intent;
}

TEST(OpenedByAct, WhatIsFoundShowsWhatSearchingOpens) {
    auto const found = decided(searched("Observation", "code", "x"));
    ASSERT_TRUE(found.allowed);
    EXPECT_FALSE(found.elements.all);
    EXPECT_EQ(found.elements.names, (std::vector<std::string>{"code", "status", "subject"}));
    EXPECT_TRUE(decided(facts_of_intent(Interaction::read, "Observation")).elements.all);
    // What comes along is read.
    auto const included = decided(searched("Observation", "_include", "Observation:subject"));
    ASSERT_FALSE(included.included.empty());
    EXPECT_TRUE(included.included.front().elements.all);
}

// What reading withholds is not shown, or told by searching, the other way round.
TEST(OpenedByAct, SearchingOpensNothingThatReadingWithholds) {
    auto const policy = Policy::parse(R"(
@id("reads") @fields("code, status")
permit (principal, action == Action::"read", resource is Record);
@id("finds") @fields("*")
permit (principal, action == Action::"search", resource is Record);
)");
    ASSERT_TRUE(policy);
    auto const caller = facts_of_caller("system/*.rs", kTreat);
    auto const found = decide(*policy, caller, searched("Observation", "code", "x"), kNow);
    ASSERT_TRUE(found.allowed);
    EXPECT_EQ(found.elements.names, (std::vector<std::string>{"code", "status"}));
    EXPECT_FALSE(
        decide(*policy, caller, searched("Observation", "value-string", "x"), kNow).allowed);
    EXPECT_FALSE(
        decide(*policy, caller, searched("Patient", "_has:Observation:subject:date", "2026"), kNow)
            .allowed);
}

TEST(OpenedByAct, ReadingOpensNothingToSearches) {
    EXPECT_FALSE(decided(searched("Observation", "value-string", "x")).allowed);
    EXPECT_FALSE(decided(searched("Observation", "value-string:missing", "true")).allowed);
    EXPECT_FALSE(decided(searched("Observation", "_sort", "date")).allowed);
    EXPECT_TRUE(decided(searched("Observation", "_sort", "status")).allowed);
    EXPECT_TRUE(decided(searched("Patient", "_has:Observation:subject:code", "x")).allowed);
    EXPECT_FALSE(decided(searched("Patient", "_has:Observation:subject:date", "2026")).allowed);
    // A scope that tells of each record whether it holds is a search, too.
    auto const intent = searched("Observation", "status", "final");
    EXPECT_TRUE(decided(intent, "system/Observation.rs?code=x").allowed);
    EXPECT_FALSE(decided(intent, "system/Observation.rs?date=2026").allowed);
    EXPECT_TRUE(
        decided(facts_of_intent(Interaction::read, "Observation"), "system/Observation.r?date=2026")
            .allowed);
}

TEST(OpenedByAct, ACreateThatFindsOneShowsWhatSearchingOpens) {
    auto intent = facts_of_intent(Interaction::create, "Observation");
    EXPECT_TRUE(decided(intent).elements.all);
    intent.condition =
        std::make_shared<request::IntentFacts const>(searched("Observation", "code", "x"));
    auto const found = decided(intent);
    ASSERT_TRUE(found.allowed);
    EXPECT_FALSE(found.elements.contains("valueString"));
    EXPECT_TRUE(found.elements.contains("code"));
}

TEST(OpenedByAct, APatchWritesWhatWritingOpens) {
    EXPECT_TRUE(
        decided(patched("Observation", R"([{"op":"replace","path":"/status","value":"amended"}])"))
            .allowed);
    for (auto const* refused : {R"([{"op":"replace","path":"/issued","value":"2026-01-01"}])",
                                R"([{"op":"remove","path":"/subject"}])",
                                R"([{"op":"move","from":"/code","path":"/method"}])"})
        EXPECT_FALSE(decided(patched("Observation", refused)).allowed) << refused;
}

// Or the care would outlast the emergency (P15).
TEST(OpenedByAct, NobodyPatchesThemselvesIntoCareInAnEmergency) {
    auto caller = facts_of_caller("patient/*.cruds", PurposeOfUse::emergency);
    caller.roles = {*request::RoleName::parse("physician")};
    caller.patient_compartment = CompartmentId::from(CompartmentId::Array{1});
    caller.person = request::Person{.id = UserId("u1"),
                                    .grant = "g1",
                                    .acr = "phr",
                                    .authenticated = kNow,
                                    .practitioner = "Practitioner/d1",
                                    .emergency_until = kNow + std::chrono::seconds(60)};
    Circumstances circumstances{.now = kNow};
    circumstances.access.network.zone = request::NetworkZone::internal;
    auto const policy = testing::hospital_policy();
    auto const patches = [&](std::string const& operations) {
        auto intent = patched("Encounter", operations);
        intent.compartment = caller.patient_compartment;
        intent.patient_compartment = true;
        return decide(policy, caller, intent, circumstances).allowed;
    };
    EXPECT_TRUE(patches(R"([{"op":"replace","path":"/status","value":"finished"}])"));
    for (auto const* element : {"participant", "location", "serviceProvider"})
        EXPECT_FALSE(patches(std::string(R"([{"op":"add","path":"/)") + element +
                             R"(","value":[{"individual":{"reference":"Practitioner/d1"}}]}])"))
            << element;
}

}  // namespace
}  // namespace salus::authorization

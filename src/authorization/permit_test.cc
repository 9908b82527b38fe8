// Permits: bundles, conditions, patches, everything of a patient, all patients.
#include <array>
#include <gtest/gtest.h>

#include "authorization/decide.h"
#include "authorization/policy_for_test.h"
#include "fhir/definitions.h"
#include "fhir/resource.h"

namespace salus::authorization {
namespace {

request::Exchange exchange_of(request::CallerPointer caller) {
    request::Exchange exchange;
    exchange.started = kNow;
    exchange.facts.caller = std::move(caller);
    return exchange;
}

TEST(Permit, ABundleIsPermittedOnlyIfEveryEntryIs) {
    auto const policy = test_policy();
    NobodyCares care;
    Authorization const authorization(policy, care);
    auto const bundle = [&](std::string const& last_type) {
        std::vector<request::Intent> entries;
        entries.push_back(testing::make_intent(facts_of_intent(Interaction::create, "Claim")));
        entries.push_back(testing::make_intent(facts_of_intent(Interaction::update, last_type)));
        return testing::make_intent(facts_of_intent(Interaction::transaction), std::move(entries));
    };
    auto const permit = [&](request::CallerPointer caller, request::Intent intent) {
        auto exchange = exchange_of(std::move(caller));
        return authorization.permit(exchange, std::move(intent));
    };
    auto const payer = testing::make_caller(facts_of_caller("system/*.cu", kPay));
    EXPECT_EQ(permit(payer, bundle("Patient")).error().code, Errc::forbidden);
    EXPECT_TRUE(permit(payer, bundle("Claim")).has_value());
    auto const half = testing::make_caller(facts_of_caller("system/*.c", kPay));
    EXPECT_EQ(permit(half, bundle("Claim")).error().code, Errc::forbidden);
    // An empty bundle asks for nothing, but not even that is answered to strangers.
    auto const nobody = testing::make_anonymous();
    EXPECT_EQ(permit(nobody, bundle("Claim")).error().code, Errc::unauthenticated);
    auto empty = testing::make_intent(facts_of_intent(Interaction::transaction));
    EXPECT_EQ(permit(nobody, std::move(empty)).error().code, Errc::unauthenticated);
}

request::IntentFacts conditional(Interaction interaction, char const* type, char const* name,
                                 char const* value) {
    auto condition = facts_of_intent(Interaction::search_type, type);
    std::vector<fhir::SearchQuery::Parameter> const pairs{{name, value}};
    auto query = fhir::SearchQuery::parse(*fhir::find_resource_type(type), pairs, WallTime{});
    EXPECT_TRUE(query);
    condition.query = *std::move(query);
    auto facts = facts_of_intent(interaction, type);
    facts.condition = std::make_shared<request::IntentFacts const>(std::move(condition));
    return facts;
}

// Whose it is the records tell: the answer says that they are there.
TEST(Decide, WhoNamesRecordsAndNoPatientMayReadTheirTypes) {
    auto const policy = test_policy();
    json::Parser parser;
    auto const allowed = [&](char const* scopes, Interaction interaction,
                             std::string const& targets) {
        auto resource = fhir::Reader::parse(
            EphiText(R"({"resourceType":"Provenance","target":[)" + targets +
                     R"(],"recorded":"2026-01-02T03:04:05Z","agent":[{"who":{"display":"x"}}]})"),
            parser);
        EXPECT_TRUE(resource) << targets;
        auto facts = facts_of_intent(interaction, "Provenance");
        facts.body = std::make_shared<fhir::Resource const>(*std::move(resource));
        facts.resource = facts.body->view();
        return decide(policy, facts_of_caller(scopes, kTreat), facts, kNow).allowed;
    };
    auto const* allergy = R"({"reference":"AllergyIntolerance/a"})";
    for (auto const interaction : {Interaction::create, Interaction::update}) {
        EXPECT_FALSE(allowed("system/Provenance.cu", interaction, allergy));
        EXPECT_FALSE(
            allowed("system/Provenance.cu system/AllergyIntolerance.cuds", interaction, allergy));
        EXPECT_FALSE(allowed("system/Provenance.cu system/AllergyIntolerance.r", interaction,
                             std::string(allergy) + R"(,{"reference":"Observation/o"})"));
        EXPECT_TRUE(
            allowed("system/Provenance.cu system/AllergyIntolerance.r", interaction, allergy));
        for (auto const* other :
             {R"({"reference":"Patient/p"},{"reference":"AllergyIntolerance/a"})",
              R"({"reference":"Practitioner/d"})",
              R"({"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"})"})
            EXPECT_TRUE(allowed("system/Provenance.cu", interaction, other)) << other;
    }
}

TEST(Decide, AConditionIsASearch) {
    auto const policy = test_policy();
    auto const allowed = [&](char const* scopes, PurposeOfUse purpose,
                             request::IntentFacts const& intent) {
        return decide(policy, facts_of_caller(scopes, purpose), intent, kNow).allowed;
    };
    for (auto const interaction :
         {Interaction::create, Interaction::update, Interaction::patch, Interaction::remove}) {
        auto const intent = conditional(interaction, "Patient", "identifier", "urn:x|1");
        EXPECT_TRUE(allowed("system/*.cruds", kTreat, intent));
        EXPECT_FALSE(allowed("system/*.crud", kTreat, intent));
        EXPECT_FALSE(allowed("system/*.crud system/Observation.s", kTreat, intent));
    }
    auto purposes = test_purposes();
    purposes.rules[1].write = every_type();
    Policy const policy_with_writes(purposes);
    auto const code = [&](request::IntentFacts const& intent) {
        return decide(policy_with_writes, facts_of_caller("system/*.cruds", kPay), intent, kNow)
            .allowed;
    };
    EXPECT_TRUE(code(conditional(Interaction::patch, "Patient", "identifier", "urn:x|1")));
    // To replace what one does not see whole would be to delete it.
    EXPECT_FALSE(code(conditional(Interaction::update, "Patient", "identifier", "urn:x|1")));
    EXPECT_TRUE(code(conditional(Interaction::update, "Claim", "identifier", "urn:x|1")));
    // What may not leave is no condition either.
    EXPECT_FALSE(code(conditional(Interaction::patch, "Patient", "phone", "555")));
    EXPECT_FALSE(code(conditional(Interaction::create, "Patient", "gender", "male")));
    // A type that may be written and not read.
    EXPECT_FALSE(code(conditional(Interaction::create, "Observation", "identifier", "x")));
}

bool may_patch(char const* patch) {
    json::Parser parser;
    auto parsed = fhir::JsonPatch::parse(EphiText(patch), parser);
    EXPECT_TRUE(parsed) << patch;
    auto purposes = test_purposes();
    purposes.rules[1].write = every_type();
    Policy const policy(purposes);
    auto intent = facts_of_intent(Interaction::patch, "Patient");
    intent.patch = std::make_shared<fhir::JsonPatch const>(*std::move(parsed));
    return decide(policy, facts_of_caller("system/*.cruds", kPay), intent, kNow).allowed;
}

TEST(Decide, APatchNamesOnlyWhatMayBeSeen) {
    for (auto const* allowed : {R"([{"op":"replace","path":"/birthDate","value":"2000-01-01"}])",
                                R"([{"op":"add","path":"/_birthDate/id","value":"x"}])",
                                R"([{"op":"move","from":"/name/0","path":"/name/1"}])",
                                R"([{"op":"add","path":"/meta/tag","value":[]}])", "[]"}) {
        EXPECT_TRUE(may_patch(allowed)) << allowed;
    }
    for (auto const* refused :
         {R"([{"op":"test","path":"/gender","value":"male"}])",
          R"([{"op":"copy","from":"/gender","path":"/name/0/text"}])",
          R"([{"op":"move","from":"/name/0/text","path":"/_gender"}])",
          R"([{"op":"test","path":"","value":{}}])",
          R"([{"op":"copy","from":"","path":"/name/0/text"}])",
          R"([{"op":"remove","path":"/nonsense"}])", R"([{"op":"remove","path":"/"}])",
          R"([{"op":"remove","path":"/names"}])", R"([{"op":"remove","path":"/nam~0e"}])",
          R"([{"op":"add","path":"/deceasedBoolean","value":true}])"}) {
        EXPECT_FALSE(may_patch(refused)) << refused;
    }
}

TEST(Permit, EverythingIsDecidedTypeByType) {
    auto const policy = test_policy();
    NobodyCares care;
    Authorization const authorization(policy, care);
    auto const permit = [&](char const* scopes, PurposeOfUse purpose,
                            std::vector<std::string> asked) {
        auto exchange = exchange_of(testing::make_caller(facts_of_caller(scopes, purpose)));
        auto facts = facts_of_intent(Interaction::everything, "Patient");
        facts.id = EphiText("a");
        facts.types = std::move(asked);
        return authorization.permit(exchange, testing::make_intent(std::move(facts)));
    };
    auto const all = permit("system/*.rs", kTreat, {});
    ASSERT_TRUE(all);
    EXPECT_NE(all->elements_of_type("Observation"), nullptr);
    EXPECT_NE(all->elements_of_type("Practitioner"), nullptr);
    auto const some = permit("system/Patient.rs system/Practitioner.r", kTreat, {});
    ASSERT_TRUE(some);
    EXPECT_EQ(some->elements_of_type("Observation"), nullptr);
    EXPECT_NE(some->elements_of_type("Practitioner"), nullptr);
    // Whose the encounter is may not be seen, so it does not come with everything of somebody.
    auto const payer = permit("system/*.rs", kPay, {});
    ASSERT_TRUE(payer);
    EXPECT_EQ(payer->elements_of_type("Encounter"), nullptr);
    EXPECT_EQ(payer->elements_of_type("Observation"), nullptr);
    EXPECT_NE(payer->elements_of_type("Claim"), nullptr);
    EXPECT_FALSE(payer->elements_of_type("Patient")->all);
    EXPECT_EQ(permit("system/*.rs", kPay, {"Claim", "Observation"}).error().code, Errc::forbidden);
    EXPECT_EQ(permit("system/Claim.rs", kTreat, {}).error().code, Errc::forbidden);
}

TEST(Decide, WhatSpansPatientsNeedsAScopeAndAPurposeThatSaySo) {
    auto purposes = test_purposes();
    Policy policy(purposes);
    auto const decided = [&](char const* scopes, PurposeOfUse purpose, Interaction interaction,
                             char const* type) {
        return decide(policy, facts_of_caller(scopes, purpose), facts_of_intent(interaction, type),
                      kNow);
    };
    auto const reach = [&](char const* scopes, PurposeOfUse purpose) {
        return decided(scopes, purpose, Interaction::search_type, "Patient").reach;
    };
    constexpr auto kEnough = "system/*.rs admin/population.read";
    for (auto const granted : {request::Reach::named, request::Reach::population}) {
        purposes.rules[0].reach = granted;
        policy = Policy(purposes);
        bool const granted_by_purpose = granted == request::Reach::population;
        for (auto const* scopes : {kEnough, "system/*.rs", "system/*.rs admin/check.read"}) {
            bool const both = granted_by_purpose && scopes == kEnough;
            EXPECT_EQ(reach(scopes, kTreat) == request::Reach::population, both);
            EXPECT_EQ(decided(scopes, kTreat, Interaction::history_type, "Patient").allowed, both);
            EXPECT_EQ(decided(scopes, kTreat, Interaction::history_system, "").allowed, both);
            EXPECT_FALSE(decided(scopes, kPay, Interaction::history_type, "Patient").allowed);
        }
    }
    // It widens nothing else.
    for (auto const* scopes : {"system/Patient.rs admin/population.read",
                               "system/*.r admin/population.read", "admin/population.read"}) {
        EXPECT_FALSE(decided(scopes, kTreat, Interaction::history_system, "").allowed) << scopes;
        EXPECT_FALSE(decided(scopes, kTreat, Interaction::history_type, "Claim").allowed) << scopes;
    }
    auto bound = facts_of_caller("patient/*.rs system/*.rs admin/population.read", kTreat);
    bound.patient_compartment = CompartmentId::from(crypto::Sha256Digest{1});
    EXPECT_FALSE(
        decide(policy, bound, facts_of_intent(Interaction::history_type, "Patient"), kNow).allowed);
    // Each type of the system's history with its own elements.
    purposes.rules[1].reach = request::Reach::population;
    purposes.rules[1].read = every_type();
    policy = Policy(purposes);
    auto const payer = decided(kEnough, kPay, Interaction::history_system, "");
    ASSERT_TRUE(payer.allowed);
    auto const patient =
        std::ranges::find(payer.included, std::string("Patient"), &request::TypePermit::type);
    ASSERT_NE(patient, payer.included.end());
    EXPECT_FALSE(patient->elements.all);
}

TEST(Permit, NamesTheRulesThatAllowed) {
    auto const policy = test_policy();
    NobodyCares care;
    Authorization const authorization(policy, care);
    auto exchange =
        exchange_of(testing::make_caller(facts_of_caller("system/Patient.r system/*.r", kPay)));
    auto const permit = authorization.permit(
        exchange, testing::make_intent(facts_of_intent(Interaction::read, "Claim")));
    auto const& rules = exchange.facts.rules;
    ASSERT_TRUE(permit.has_value());
    ASSERT_EQ(rules.size(), 3U);
    EXPECT_EQ(rules[0].text(), "scope:system/*.r");
    EXPECT_EQ(rules[1].text(), "policy.HPAYMT.read");
    EXPECT_EQ(rules[2].text(), "permitted:read:Claim");
    EXPECT_TRUE(permit->duties().empty());
}

TEST(Permit, HoldsTheDutiesOfItsDecision) {
    auto const policy = Policy::parse(R"cedar(
@id("all") @fields("*") permit(principal, action, resource is Record);
@id("notice") @obligate("watermark, audit:elevated")
permit(principal, action == Action::"limit", resource in Type::"Claim");
)cedar")
                            .value();
    NobodyCares care;
    Authorization const authorization(policy, care);
    for (auto const* type : {"Claim", "Patient"}) {
        auto exchange = exchange_of(testing::make_caller(facts_of_caller("system/*.r", kPay)));
        auto const permit = authorization.permit(
            exchange, testing::make_intent(facts_of_intent(Interaction::read, type)));
        ASSERT_TRUE(permit.has_value());
        bool const due = type == std::string_view("Claim");
        EXPECT_EQ(permit->duties().contains(Duty::watermark), due);
        EXPECT_EQ(permit->duties().contains(Duty::audit_elevated), due);
        EXPECT_FALSE(permit->duties().contains(Duty::review));
        bool const told = std::ranges::find(exchange.facts.rules, PolicyRuleId("duty:watermark")) !=
                          exchange.facts.rules.end();
        EXPECT_EQ(told, due);
    }
}

TEST(Permit, PutsOnRecordWhatWasRefused) {
    auto const policy = test_policy();
    NobodyCares care;
    Authorization const authorization(policy, care);
    auto exchange =
        exchange_of(testing::make_caller(facts_of_caller("system/Claim.r system/*.r", kPay)));
    ASSERT_FALSE(authorization.permit(
        exchange, testing::make_intent(facts_of_intent(Interaction::read, "Observation"))));
    ASSERT_FALSE(exchange.facts.rules.empty());
    EXPECT_EQ(exchange.facts.rules.back().text(), "refused:read:Observation");
}

TEST(Permit, ALeafHasRoomForWhatIsPutOnRecord) {
    auto const policy = test_policy();
    NobodyCares care;
    Authorization const authorization(policy, care);
    auto exchange = exchange_of(testing::make_caller(facts_of_caller("system/*.cruds", kTreat)));
    for (auto const interaction : {Interaction::read, Interaction::create, Interaction::remove}) {
        for (auto const& type : fhir::resource_types()) {
            static_cast<void>(authorization.permit(
                exchange,
                testing::make_intent(facts_of_intent(interaction, std::string(type.name.text())))));
        }
    }
    EXPECT_LE(exchange.facts.rules.size(), 257U);
    exchange.facts.caller = testing::make_caller(facts_of_caller("system/Claim.r", kTreat));
    ASSERT_FALSE(authorization.permit(
        exchange, testing::make_intent(facts_of_intent(Interaction::read, "Observation"))));
    EXPECT_EQ(exchange.facts.rules.back().text(), "refused:read:Observation");
}

}  // namespace
}  // namespace salus::authorization

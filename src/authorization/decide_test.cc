#include "authorization/decide.h"

#include <array>
#include <gtest/gtest.h>
#include <random>

#include "fhir/compartment.h"
#include "request/caller_for_test.h"
#include "request/intent_for_test.h"

namespace salus::authorization {
namespace {

using request::Interaction;
using request::PurposeOfUse;
using testing::facts_of_caller;
using testing::facts_of_intent;

AllowedTypes types(std::vector<std::string> names) {
    std::ranges::sort(names);
    return {.all = false, .names = std::move(names)};
}
AllowedTypes every_type() {
    return {.all = true, .names = {}};
}

PurposeRule treatment_rule() {
    return {.id = PolicyRuleId("policy.TREAT"),
            .purpose = PurposeOfUse::treatment,
            .read = every_type(),
            .write = every_type(),
            .remove = every_type(),
            .elements = {}};
}
PurposeRule payment_rule() {
    PurposeRule rule{.id = PolicyRuleId("policy.HPAYMT"),
                     .purpose = PurposeOfUse::payment,
                     .read = types({"Patient", "Claim", "Encounter"}),
                     .write = types({"Claim"}),
                     .remove = {},
                     .elements = {}};
    rule.elements["Patient"] = {.all = false, .names = {"birthDate", "identifier", "name"}};
    rule.elements["Encounter"] = {.all = false, .names = {"class", "period", "status"}};
    return rule;
}
PurposeRule administration_rule() {
    return {.id = PolicyRuleId("policy.SYSADMIN"),
            .purpose = PurposeOfUse::system_administration,
            .read = {},
            .write = {},
            .remove = {},
            .elements = {},
            .other_elements = {}};
}

Policy test_policy() {
    return {.rules = {treatment_rule(), payment_rule(), administration_rule()}};
}

struct Row {
    Interaction interaction;
    char const* type;
    char const* enough;      // a scope that is enough
    char const* not_enough;  // every other right of that kind
    PurposeOfUse purpose;
    PurposeOfUse other_purpose;  // one that has no right to it
};
constexpr auto kTreat = PurposeOfUse::treatment;
constexpr auto kPay = PurposeOfUse::payment;
constexpr auto kAdministrate = PurposeOfUse::system_administration;
constexpr std::array kRows{
    Row{Interaction::read, "Observation", "system/Observation.r", "system/*.cuds", kTreat, kPay},
    Row{Interaction::vread, "Observation", "system/*.r", "system/*.cuds", kTreat, kPay},
    Row{Interaction::update, "Patient", "system/*.u", "system/*.crds", kTreat, kPay},
    Row{Interaction::remove, "Claim", "system/*.d", "system/*.crus", kTreat, kPay},
    Row{Interaction::history_instance, "Condition", "system/*.r", "system/*.cuds", kTreat, kPay},
    Row{Interaction::create, "Patient", "system/Patient.c", "system/*.ruds", kTreat, kPay},
    Row{Interaction::search_type, "Condition", "system/*.s", "system/*.crud", kTreat, kPay},
    Row{Interaction::patch, "Patient", "system/*.ru", "system/*.cds", kTreat, kPay},
    Row{Interaction::patch, "Claim", "system/*.r system/Claim.u", "system/*.cuds", kTreat,
        kAdministrate},
    Row{Interaction::meta, "Condition", "system/*.r", "system/*.cuds", kTreat, kPay},
    Row{Interaction::meta_add, "Patient", "system/*.ru", "system/*.crds", kTreat, kPay},
    Row{Interaction::meta_delete, "Patient", "system/*.ru", "system/*.cuds", kTreat, kPay},
    Row{Interaction::history_type, "Condition", "system/*.rs", "system/*.crud", kTreat, kPay},
    Row{Interaction::history_system, "", "system/*.rs", "system/*.cuds", kTreat, kPay},
    Row{Interaction::client_add, "", "admin/clients.write", "admin/check.read system/*.cruds",
        kAdministrate, kTreat},
    Row{Interaction::control_check, "", "admin/check.read", "admin/clients.write system/*.cruds",
        kAdministrate, kTreat},
};

TEST(Decide, TableOfInteractions) {
    auto const policy = test_policy();
    for (auto const& row : kRows) {
        SCOPED_TRACE(request::name_of(row.interaction).text());
        auto const intent = facts_of_intent(row.interaction, row.type);
        auto const code_for = [&](request::CallerFacts const& caller) {
            auto const decision = decide(policy, caller, intent);
            EXPECT_FALSE(decision.allowed);
            EXPECT_FALSE(decision.elements.all);
            EXPECT_TRUE(decision.elements.names.empty());
            return decision.code;
        };
        request::CallerFacts anonymous;
        anonymous.tenant = intent.tenant;
        EXPECT_EQ(code_for(anonymous), Errc::unauthenticated);
        // Rights that an anonymous caller should not have do not help it.
        auto pretender = facts_of_caller(row.enough, row.purpose);
        pretender.anonymous = true;
        EXPECT_EQ(code_for(pretender), Errc::unauthenticated);

        EXPECT_EQ(code_for(facts_of_caller("", row.purpose)), Errc::forbidden);
        EXPECT_EQ(code_for(facts_of_caller(row.not_enough, row.purpose)), Errc::forbidden);
        EXPECT_EQ(code_for(facts_of_caller(row.enough, row.other_purpose)), Errc::forbidden);
        EXPECT_EQ(code_for(facts_of_caller(row.enough, PurposeOfUse::research)), Errc::forbidden);
        auto without_purpose = facts_of_caller(row.enough, row.purpose);
        without_purpose.purpose.reset();
        EXPECT_EQ(code_for(without_purpose), Errc::forbidden);
        auto stranger = facts_of_caller(row.enough, row.purpose);
        stranger.tenant = TenantName("north");
        EXPECT_EQ(code_for(stranger), Errc::not_found);

        auto const decision = decide(policy, facts_of_caller(row.enough, row.purpose), intent);
        EXPECT_TRUE(decision.allowed);
        // A scope for each part that is permitted, each once, then the purpose's rule.
        auto const parts = request::parts_of(row.interaction).size();
        ASSERT_GE(decision.rules.size(), 2U);
        ASSERT_LE(decision.rules.size(), parts + 1);
        EXPECT_TRUE(decision.rules.front().text().starts_with("scope:"));
        EXPECT_TRUE(decision.rules.back().text().starts_with("policy."));
    }
}

TEST(Decide, BundlesAreNotDecidedAsOne) {
    auto const decision = decide(test_policy(), facts_of_caller("system/*.cruds"),
                                 facts_of_intent(Interaction::transaction));
    EXPECT_FALSE(decision.allowed);
}

TEST(Decide, PublicRoutesNeedNothing) {
    request::CallerFacts anonymous;
    anonymous.tenant = TenantName("default");
    for (auto const interaction :
         {Interaction::capabilities, Interaction::token, Interaction::smart_configuration,
          Interaction::authorization_server_metadata, Interaction::json_web_key_set}) {
        EXPECT_TRUE(decide({}, anonymous, facts_of_intent(interaction)).allowed);
    }
}

TEST(Decide, AnEmptyPolicyAllowsNothing) {
    for (auto const& row : kRows) {
        auto const intent = facts_of_intent(row.interaction, row.type);
        EXPECT_FALSE(decide({}, facts_of_caller(row.enough, row.purpose), intent).allowed);
    }
}

TEST(Decide, ElementsFollowThePurpose) {
    auto const policy = test_policy();
    auto const read = facts_of_intent(Interaction::read, "Patient");
    auto const payer = decide(policy, facts_of_caller("system/*.r", kPay), read);
    EXPECT_FALSE(payer.elements.all);
    EXPECT_TRUE(payer.elements.contains("name"));
    EXPECT_FALSE(payer.elements.contains("address"));
    EXPECT_TRUE(decide(policy, facts_of_caller("system/*.r", kTreat), read).elements.all);
}

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
        return decide(policy, payer, intent).allowed;
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
    EXPECT_TRUE(decide(policy, healer, search("Patient", {{"address", "x"}})).allowed);
}

TEST(Decide, WhatMayNotLeaveMayNotBeFollowedOrIncluded) {
    auto const policy = test_policy();
    auto const payer = facts_of_caller("system/*.rs", kPay);
    auto const permits = [&](request::IntentFacts const& intent) {
        return decide(policy, payer, intent).allowed;
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
        return decide(policy, healer, intent).allowed;
    };
    // Patient may be read and not searched; Encounter neither.
    EXPECT_FALSE(heals(search("Observation", {{"subject:Patient.name", "x"}})));
    EXPECT_TRUE(heals(search("Observation", {{"_include", "Observation:subject:Patient"}})));
    EXPECT_FALSE(heals(search("Observation", {{"_include", "Observation:encounter:Encounter"}})));
    EXPECT_FALSE(heals(search("Observation", {{"encounter.status", "x"}})));
    EXPECT_FALSE(heals(search("Observation", {{"_revinclude", "Provenance:target"}})));
    auto const several =
        decide(policy, healer, search("Observation", {{"_include", "Observation:subject"}}));
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
    auto const decision = decide(policy, app, intent);
    ASSERT_TRUE(decision.allowed);
    for (auto const& included : decision.included)
        EXPECT_FALSE(fhir::is_shared_type(*fhir::find_resource_type(included.type)));
    auto shared = search("Encounter", {{"location.name", "x"}});
    shared.compartment = app.patient_compartment;
    EXPECT_FALSE(decide(policy, app, shared).allowed);
}

TEST(Decide, AllTypesOfAPatientAreDecidedOneByOne) {
    auto const policy = test_policy();
    auto intent = facts_of_intent(Interaction::search_type, "");
    auto query = fhir::SearchQuery::parse(*fhir::find_type("Resource"), {}, WallTime{});
    intent.query = *std::move(query);
    intent.patient = EphiText("1");
    auto const healer = facts_of_caller("system/Observation.rs system/Condition.r", kTreat);
    EXPECT_FALSE(decide(policy, healer, intent).allowed);  // no compartment
    intent.compartment = CompartmentId::from(crypto::Sha256Digest{1});
    auto const decision = decide(policy, healer, intent);
    ASSERT_TRUE(decision.allowed);
    ASSERT_EQ(decision.included.size(), 1U);  // Condition may not be searched
    EXPECT_EQ(decision.included[0].type, "Observation");
    EXPECT_FALSE(decide(policy, facts_of_caller("system/Condition.r", kTreat), intent).allowed);
    // Encounters are seen without their subject: that they are this patient's is not told.
    auto const payer = decide(policy, facts_of_caller("system/*.rs", kPay), intent);
    ASSERT_TRUE(payer.allowed);
    for (auto const& included : payer.included) EXPECT_NE(included.type, "Encounter");
}

TEST(Decide, APatientsCompartmentIsSearchedByThePatientToo) {
    auto const policy = test_policy();
    auto const payer = facts_of_caller("system/*.s", kPay);
    auto encounters = search("Encounter", {});  // Patient/1/Encounter, subject withheld
    encounters.patient = EphiText("1");
    EXPECT_FALSE(decide(policy, payer, encounters).allowed);
    auto claims = search("Claim", {});
    claims.patient = EphiText("1");
    EXPECT_TRUE(decide(policy, payer, claims).allowed);
    auto patients = search("Patient", {});
    patients.patient = EphiText("1");
    EXPECT_TRUE(decide(policy, payer, patients).allowed);  // its id always leaves
}

CompartmentId compartment(std::uint8_t number) {
    CompartmentId::Array bytes{};
    bytes.fill(number);
    return CompartmentId(bytes);
}

TEST(Decide, APatientScopeStaysInItsCompartment) {
    auto const policy = test_policy();
    for (auto const& row : kRows) {
        if (row.type[0] == '\0') continue;
        auto caller = facts_of_caller("patient/*.cruds");
        auto intent = facts_of_intent(row.interaction, row.type);
        EXPECT_FALSE(decide(policy, caller, intent).allowed);  // neither has a compartment
        intent.compartment = compartment(1);
        EXPECT_FALSE(decide(policy, caller, intent).allowed);  // the caller has none
        caller.patient_compartment = compartment(2);
        EXPECT_FALSE(decide(policy, caller, intent).allowed);
        intent.compartment.reset();
        EXPECT_FALSE(decide(policy, caller, intent).allowed);  // the intent has none
        intent.compartment = compartment(2);
        EXPECT_TRUE(decide(policy, caller, intent).allowed);
        // A system scope beside it is not narrowed by it, nor is it widened.
        auto both = facts_of_caller("patient/*.cruds system/Medication.r");
        both.patient_compartment = compartment(2);
        intent.compartment = compartment(1);
        EXPECT_FALSE(decide(policy, both, intent).allowed);
    }
}

// An oracle in other words than decide(): which scopes and which rule would have to be there.
bool has_scope(request::CallerFacts const& caller, request::IntentFacts const& intent) {
    return std::ranges::any_of(caller.scopes, [&](request::Scope const& scope) {
        return request::allows(scope, intent.interaction, intent.type);
    });
}
bool has_right(Policy const& policy, request::CallerFacts const& caller,
               request::IntentFacts const& intent) {
    for (auto const& rule : policy.rules) {
        if (!caller.purpose || rule.purpose != *caller.purpose) continue;
        bool const writes =
            intent.interaction == Interaction::create || intent.interaction == Interaction::update;
        auto const& list = writes                                      ? rule.write
                           : intent.interaction == Interaction::remove ? rule.remove
                                                                       : rule.read;
        return list.contains(intent.type);
    }
    return false;
}

TEST(Decide, NeverAllowsWithoutBothScopeAndRule) {
    std::mt19937 random(7);
    auto const pick = [&](std::size_t choices) { return random() % choices; };
    std::array<std::string, 4> const names{"Patient", "Claim", "Encounter", "Observation"};
    auto const some_types = [&] {
        std::vector<std::string> chosen;
        for (auto const& name : names) {
            if (pick(2) == 0) chosen.push_back(name);
        }
        return AllowedTypes{.all = pick(6) == 0, .names = types(std::move(chosen)).names};
    };
    std::array<char const*, 6> const scopes{"system/*.r",     "system/Claim.cruds", "user/*.ud",
                                            "system/*.cruds", "patient/*.cruds",    ""};
    std::size_t allowed = 0;
    for (int round = 0; round < 20000; ++round) {
        Policy policy;
        for (auto const purpose : {kTreat, kPay, kAdministrate}) {
            if (pick(3) == 0) continue;
            policy.rules.push_back({.id = PolicyRuleId("r"),
                                    .purpose = purpose,
                                    .read = some_types(),
                                    .write = some_types(),
                                    .remove = some_types(),
                                    .elements = {}});
        }
        auto caller =
            facts_of_caller(scopes[pick(scopes.size())], static_cast<PurposeOfUse>(pick(8)));
        if (pick(8) == 0) caller.purpose.reset();
        // Rows up to search_type are clinical.
        auto intent = facts_of_intent(kRows[pick(7)].interaction, names[pick(4)]);
        if (pick(8) == 0) intent.tenant = TenantName("north");
        auto const decision = decide(policy, caller, intent);
        if (!decision.allowed) continue;
        ++allowed;
        ASSERT_TRUE(has_scope(caller, intent));
        ASSERT_TRUE(has_right(policy, caller, intent));
        ASSERT_EQ(caller.tenant, intent.tenant);
    }
    EXPECT_GT(allowed, 500U);
}

TEST(Permit, ABundleIsPermittedOnlyIfEveryEntryIs) {
    auto const policy = test_policy();
    Authorization const authorization(policy);
    auto const bundle = [&](std::string const& last_type) {
        std::vector<request::Intent> entries;
        entries.push_back(testing::make_intent(facts_of_intent(Interaction::create, "Claim")));
        entries.push_back(testing::make_intent(facts_of_intent(Interaction::update, last_type)));
        return testing::make_intent(facts_of_intent(Interaction::transaction), std::move(entries));
    };
    auto const permit = [&](request::CallerPointer caller, request::Intent intent) {
        std::vector<PolicyRuleId> rules;
        return authorization.permit(std::move(caller), std::move(intent), rules);
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

TEST(Decide, AConditionIsASearch) {
    auto const policy = test_policy();
    auto const allowed = [&](char const* scopes, PurposeOfUse purpose,
                             request::IntentFacts const& intent) {
        return decide(policy, facts_of_caller(scopes, purpose), intent).allowed;
    };
    for (auto const interaction :
         {Interaction::create, Interaction::update, Interaction::patch, Interaction::remove}) {
        auto const intent = conditional(interaction, "Patient", "identifier", "urn:x|1");
        EXPECT_TRUE(allowed("system/*.cruds", kTreat, intent));
        EXPECT_FALSE(allowed("system/*.crud", kTreat, intent));
        EXPECT_FALSE(allowed("system/*.crud system/Observation.s", kTreat, intent));
    }
    auto policy_with_writes = policy;
    auto& payer = policy_with_writes.rules[1];
    payer.write = every_type();
    auto const code = [&](request::IntentFacts const& intent) {
        return decide(policy_with_writes, facts_of_caller("system/*.cruds", kPay), intent).allowed;
    };
    EXPECT_TRUE(code(conditional(Interaction::update, "Patient", "identifier", "urn:x|1")));
    // What may not leave is no condition either.
    EXPECT_FALSE(code(conditional(Interaction::update, "Patient", "phone", "555")));
    EXPECT_FALSE(code(conditional(Interaction::create, "Patient", "gender", "male")));
    // A type that may be written and not read.
    EXPECT_FALSE(code(conditional(Interaction::create, "Observation", "identifier", "x")));
}

bool may_patch(char const* patch) {
    json::Parser parser;
    auto parsed = fhir::JsonPatch::parse(EphiText(patch), parser);
    EXPECT_TRUE(parsed) << patch;
    auto policy = test_policy();
    policy.rules[1].write = every_type();
    auto intent = facts_of_intent(Interaction::patch, "Patient");
    intent.patch = std::make_shared<fhir::JsonPatch const>(*std::move(parsed));
    return decide(policy, facts_of_caller("system/*.cruds", kPay), intent).allowed;
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
    Authorization const authorization(policy);
    auto const permit = [&](char const* scopes, PurposeOfUse purpose,
                            std::vector<std::string> asked) {
        std::vector<PolicyRuleId> rules;
        auto facts = facts_of_intent(Interaction::everything, "Patient");
        facts.id = EphiText("a");
        facts.types = std::move(asked);
        return authorization.permit(testing::make_caller(facts_of_caller(scopes, purpose)),
                                    testing::make_intent(std::move(facts)), rules);
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

TEST(Permit, NamesTheRulesThatAllowed) {
    auto const policy = test_policy();
    Authorization const authorization(policy);
    auto caller = testing::make_caller(facts_of_caller("system/Patient.r system/*.r", kPay));
    std::vector<PolicyRuleId> rules;
    auto const permit = authorization.permit(
        std::move(caller), testing::make_intent(facts_of_intent(Interaction::read, "Claim")),
        rules);
    ASSERT_TRUE(permit.has_value());
    ASSERT_EQ(rules.size(), 2U);
    EXPECT_EQ(rules[0].text(), "scope:system/*.r");
    EXPECT_EQ(rules[1].text(), "policy.HPAYMT");
    EXPECT_EQ(permit->rules(), rules);
}

}  // namespace
}  // namespace salus::authorization

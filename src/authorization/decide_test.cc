#include "authorization/decide.h"

#include <array>
#include <gtest/gtest.h>
#include <random>

#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

struct Row {
    Interaction interaction;
    char const* type;
    char const* enough;      // a scope that is enough
    char const* not_enough;  // every other right of that kind
    PurposeOfUse purpose;
    PurposeOfUse other_purpose;  // one that has no right to it
};
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
    Row{Interaction::key_status, "", "admin/keys.read", "admin/keys.write system/*.cruds",
        kAdministrate, kTreat},
    Row{Interaction::key_rotation, "", "admin/keys.write", "admin/keys.read admin/clients.write",
        kAdministrate, kTreat},
    Row{Interaction::client_add, "", "admin/clients.write", "admin/check.read system/*.cruds",
        kAdministrate, kTreat},
    Row{Interaction::custodians_set, "", "admin/keys.write",
        "admin/keys.read admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::custodians_read, "", "admin/keys.read",
        "admin/keys.write admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::proposal_draft, "", "admin/keys.read",
        "admin/keys.write admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::proposal_add, "", "admin/keys.write",
        "admin/keys.read admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::proposal_list, "", "admin/keys.read",
        "admin/keys.write admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::proposal_read, "", "admin/keys.read",
        "admin/keys.write admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::ballot_add, "", "admin/keys.write",
        "admin/keys.read admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::proposal_execute, "", "admin/keys.write",
        "admin/keys.read admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::hold_place, "", "admin/keys.write",
        "admin/keys.read admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::keys_seal, "", "admin/keys.write",
        "admin/keys.read admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::hold_list, "", "admin/keys.read",
        "admin/keys.write admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::control_check, "", "admin/check.read", "admin/clients.write system/*.cruds",
        kAdministrate, kTreat},
    Row{Interaction::backup_begin, "", "admin/backups.write", "admin/backups.read system/*.cruds",
        kAdministrate, kTreat},
    Row{Interaction::backup_state, "", "admin/backups.read", "admin/backups.write system/*.cruds",
        kAdministrate, kTreat},
    Row{Interaction::backup_drill_report, "", "admin/backups.write",
        "admin/backups.read admin/check.read system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::policy_read, "", "admin/policies.read", "admin/check.read system/*.cruds",
        kAdministrate, kTreat},
    Row{Interaction::policy_document, "", "admin/policies.read", "admin/users.read system/*.cruds",
        kAdministrate, kTreat},
    Row{Interaction::policy_explain, "", "admin/policies.read",
        "admin/users.write admin/clients.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::access_evaluation, "", "admin/policies.read",
        "admin/tokens.read system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::access_evaluations, "", "admin/policies.read",
        "admin/tokens.read system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::policy_versions, "", "admin/policies.read", "admin/policies.write",
        kAdministrate, kTreat},
    Row{Interaction::policy_version, "", "admin/policies.read", "admin/policies.write",
        kAdministrate, kTreat},
    Row{Interaction::policy_propose, "", "admin/policies.write",
        "admin/policies.read admin/users.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::policy_replay, "", "admin/policies.read", "admin/policies.write",
        kAdministrate, kTreat},
    Row{Interaction::policy_approve, "", "admin/policies.write",
        "admin/policies.read admin/keys.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::policy_activate, "", "admin/policies.write",
        "admin/policies.read admin/keys.write system/*.cruds", kAdministrate, kTreat},
    Row{Interaction::policy_withdraw, "", "admin/policies.write",
        "admin/policies.read admin/keys.write system/*.cruds", kAdministrate, kTreat},
    // Every record is not the log, and the log's details have a scope of their own.
    Row{Interaction::audit_search, "AuditEvent", "system/AuditEvent.s",
        "system/*.cruds system/AuditEvent.r admin/audit.read", kTreat, kPay},
    Row{Interaction::audit_event, "AuditEvent", "system/AuditEvent.r",
        "system/*.cruds system/AuditEvent.s admin/audit.read", kTreat, kPay},
    Row{Interaction::accounting, "Patient", "system/AuditEvent.r",
        "system/*.cruds system/Patient.r admin/audit.read", kTreat, kPay},
    Row{Interaction::access_report, "Patient", "system/AuditEvent.r",
        "system/*.cruds system/Patient.r admin/audit.read", kTreat, kPay},
    Row{Interaction::audit_details, "", "admin/audit.read",
        "system/*.cruds system/AuditEvent.rs admin/keys.read", kTreat, kPay},
};

TEST(Decide, TableOfInteractions) {
    auto const policy = test_policy();
    for (auto const& row : kRows) {
        SCOPED_TRACE(request::name_of(row.interaction).text());
        auto const intent = facts_of_intent(row.interaction, row.type);
        auto const code_for = [&](request::CallerFacts const& caller) {
            auto const decision = decide(policy, caller, intent, kNow);
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

        auto const decision =
            decide(policy, facts_of_caller(row.enough, row.purpose), intent, kNow);
        EXPECT_TRUE(decision.allowed);
        // A scope for each part that is permitted, each once, then the purpose's rule.
        auto const parts = request::parts_of(row.interaction).size();
        ASSERT_GE(decision.rules.size(), 2U);
        ASSERT_LE(decision.rules.size(), 2 * parts);
        EXPECT_TRUE(decision.rules.front().text().starts_with("scope:"));
        EXPECT_TRUE(decision.rules.back().text().starts_with("policy."));
    }
}

TEST(Decide, BundlesAreNotDecidedAsOne) {
    auto const decision = decide(test_policy(), facts_of_caller("system/*.cruds"),
                                 facts_of_intent(Interaction::transaction), kNow);
    EXPECT_FALSE(decision.allowed);
}

TEST(Decide, PublicRoutesNeedNothing) {
    request::CallerFacts anonymous;
    anonymous.tenant = TenantName("default");
    for (auto const interaction :
         {Interaction::capabilities, Interaction::token, Interaction::introspection,
          Interaction::revocation, Interaction::smart_configuration,
          Interaction::authorization_server_metadata, Interaction::json_web_key_set}) {
        EXPECT_TRUE(decide({}, anonymous, facts_of_intent(interaction), kNow).allowed);
    }
}

TEST(Decide, AnEmptyPolicyAllowsNothing) {
    for (auto const& row : kRows) {
        auto const intent = facts_of_intent(row.interaction, row.type);
        EXPECT_FALSE(decide({}, facts_of_caller(row.enough, row.purpose), intent, kNow).allowed);
    }
}

TEST(Decide, ElementsFollowThePurpose) {
    auto const policy = test_policy();
    auto const read = facts_of_intent(Interaction::read, "Patient");
    auto const payer = decide(policy, facts_of_caller("system/*.r", kPay), read, kNow);
    EXPECT_FALSE(payer.elements.all);
    EXPECT_TRUE(payer.elements.contains("name"));
    EXPECT_FALSE(payer.elements.contains("address"));
    EXPECT_TRUE(decide(policy, facts_of_caller("system/*.r", kTreat), read, kNow).elements.all);
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
        auto caller = facts_of_caller("patient/*.cruds patient/AuditEvent.rs");
        auto intent = facts_of_intent(row.interaction, row.type);
        EXPECT_FALSE(decide(policy, caller, intent, kNow).allowed);  // neither has a compartment
        intent.compartment = compartment(1);
        EXPECT_FALSE(decide(policy, caller, intent, kNow).allowed);  // the caller has none
        caller.patient_compartment = compartment(2);
        EXPECT_FALSE(decide(policy, caller, intent, kNow).allowed);
        intent.compartment.reset();
        EXPECT_FALSE(decide(policy, caller, intent, kNow).allowed);  // the intent has none
        intent.compartment = compartment(2);
        EXPECT_TRUE(decide(policy, caller, intent, kNow).allowed);
        // A system scope beside it is not narrowed by it, nor is it widened.
        auto both = facts_of_caller("patient/*.cruds system/Medication.r");
        both.patient_compartment = compartment(2);
        intent.compartment = compartment(1);
        EXPECT_FALSE(decide(policy, both, intent, kNow).allowed);
    }
}

// An oracle in other words than decide(): which scopes and which rule would have to be there.
bool has_scope(request::CallerFacts const& caller, request::IntentFacts const& intent) {
    return std::ranges::any_of(caller.scopes, [&](request::Scope const& scope) {
        return request::allows(scope, intent.interaction, intent.type);
    });
}
bool has_right(PurposeTable const& purposes, request::CallerFacts const& caller,
               request::IntentFacts const& intent) {
    for (auto const& rule : purposes.rules) {
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
    for (int round = 0; round < 2500; ++round) {
        PurposeTable purposes;
        for (auto const purpose : {kTreat, kPay, kAdministrate}) {
            if (pick(3) == 0) continue;
            purposes.rules.push_back(
                {.id = PolicyRuleId("r" + std::to_string(purposes.rules.size())),
                 .purpose = purpose,
                 .read = some_types(),
                 .write = some_types(),
                 .remove = some_types(),
                 .elements = {}});
        }
        Policy const policy(purposes);
        auto caller =
            facts_of_caller(scopes[pick(scopes.size())], static_cast<PurposeOfUse>(pick(8)));
        if (pick(8) == 0) caller.purpose.reset();
        // Rows up to search_type are clinical.
        auto intent = facts_of_intent(kRows[pick(7)].interaction, names[pick(4)]);
        if (pick(8) == 0) intent.tenant = TenantName("north");
        auto const decision = decide(policy, caller, intent, kNow);
        if (!decision.allowed) continue;
        ++allowed;
        ASSERT_TRUE(has_scope(caller, intent));
        ASSERT_TRUE(has_right(purposes, caller, intent));
        ASSERT_EQ(caller.tenant, intent.tenant);
    }
    EXPECT_GT(allowed, 80U);
}

}  // namespace
}  // namespace salus::authorization

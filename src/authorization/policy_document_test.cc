// The document for auditors says what is decided (AZ-4).
#include "authorization/policy_document.h"

#include <gtest/gtest.h>

#include "authorization/hospital_policy_for_test.h"
#include "authorization/named_roles.h"
#include "authorization/policy_for_test.h"
#include "authorization/policy_survey.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

constexpr char const* kText = R"(
@id("treat.read") @fields("*") @description("Whoever treats | reads") @reference("45 CFR 164.506")
permit(principal, action in [Action::"read", Action::"search"], resource is Record)
when { context.purpose == "TREAT" };
@id("treat.no-telecom") @redact("telecom")
permit(principal, action == Action::"limit", resource in Type::"Patient")
when { context.purpose == "TREAT" && !(principal in Role::"registrar") };
@id("nurse.write") @fields("*")
permit(principal in Role::"nurse", action == Action::"create", resource in Type::"Observation")
when { context.purpose == "TREAT" };
@id("own.read") @fields("birthDate, name")
permit(principal is User, action == Action::"read", resource in Type::"Patient")
when { context.purpose == "PATRQT" && resource.own };
@id("people.sign-in") @obligate("sign-in:phr:900")
permit(principal is User, action == Action::"limit", resource);
@id("administer")
permit(principal, action == Action::"administerRead", resource == Function::"policies")
when { context.purpose == "SYSADMIN" };
)";

bool has(auto const& all, auto const& one) {
    return std::ranges::find(all, one) != all.end();
}

std::string part_of(std::string const& document, std::string const& begin) {
    auto const from = document.find(begin);
    EXPECT_NE(from, std::string::npos) << begin;
    auto const to = document.find("\n## ", from + 1);
    return document.substr(from, to - from);
}

TEST(PolicyDocument, RolesOfHeadsAndConditions) {
    auto const policy = Policy::parse(kText).value();
    EXPECT_EQ(named_roles(policy.rules()), (std::vector<std::string>{"nurse", "registrar"}));
    EXPECT_TRUE(named_roles(test_policy().rules()).empty());
}

TEST(PolicyDocument, SaysWhatTheDecisionsAre) {
    auto const policy = Policy::parse(kText).value();
    auto const text = policy_document(policy, TenantName("default"), kNow);
    auto const nobody = part_of(text, "\n## Without a role\n");
    EXPECT_TRUE(
        nobody.contains("| people and services | read, search | Patient | all but text, telecom"))
        << nobody;
    EXPECT_TRUE(nobody.contains("sign in by a factor that cannot be phished, at most 900 s ago"))
        << nobody;
    EXPECT_FALSE(nobody.contains("create")) << nobody;
    EXPECT_TRUE(nobody.contains("| people, their own | read | Patient | only ")) << nobody;
    EXPECT_TRUE(nobody.contains("administerRead | functions: policies")) << nobody;
    EXPECT_TRUE(nobody.contains("Nothing is permitted: ETREAT, HPAYMT, HOPERAT, HRESCH, PUBHLTH."))
        << nobody;
    auto const nurse = part_of(text, "\n## Role nurse\n");
    EXPECT_TRUE(nurse.contains("| create | Observation | all |")) << nurse;
    EXPECT_TRUE(nurse.contains("As without a role: PATRQT, SYSADMIN.")) << nurse;
    auto const registrar = part_of(text, "\n## Role registrar\n");
    EXPECT_TRUE(registrar.contains("| read, search | every type | all |")) << registrar;
    EXPECT_TRUE(text.contains(to_hex(policy.hash())));
    EXPECT_TRUE(text.contains(R"(| treat.read | Whoever treats \| reads | 45 CFR 164.506 |)"));
}

// Each line of a survey is what decide's judgement says of each type that it names, and no type
// that is permitted is left out.
TEST(PolicySurvey, IsCompleteAndTrue) {
    auto const policy = test_policy();
    for (auto const purpose : {kTreat, kPay, kAdministrate, PurposeOfUse::research}) {
        Asker const asker{.roles = {}, .purpose = purpose, .is_person = false, .own = false};
        auto const lines = survey(policy, TenantName("default"), asker, kNow);
        auto const caller = facts_of_caller("system/*.cruds", purpose);
        auto const intent = facts_of_intent(Interaction::read);
        Judgement rules(policy, caller, intent, Circumstances{.now = kNow});
        for (auto const act : {Act::read, Act::search, Act::create, Act::update, Act::remove}) {
            for (auto const& type : fhir::resource_types()) {
                std::string const name(type.name.text());
                auto const said = std::ranges::count_if(lines, [&](SurveyLine const& line) {
                    return !line.is_function && has(line.acts, name_of(act)) &&
                           has(line.names, name);
                });
                EXPECT_EQ(said, rules.on(act, name).allowed ? 1 : 0)
                    << name << " " << name_of(act).text();
            }
        }
    }
}

// Under the hospital's set, which asks where people are, on what, and whether there is an
// emergency.
TEST(PolicySurvey, IsOfStaffAtWork) {
    auto const policy = testing::hospital_policy();
    auto const says = [&](Asker const& asker, Act act, std::string const& type) {
        auto const lines = survey(policy, TenantName("default"), asker, kNow);
        return std::ranges::any_of(lines, [&](SurveyLine const& line) {
            return has(line.acts, name_of(act)) && has(line.names, type);
        });
    };
    Asker asker{.roles = {*request::RoleName::parse("physician")}};
    EXPECT_FALSE(says(asker, Act::read, "Observation"));
    asker.care = true;
    EXPECT_TRUE(says(asker, Act::read, "Observation"));
    EXPECT_TRUE(says(asker, Act::create, "Observation"));
    asker.care = false;
    asker.purpose = PurposeOfUse::emergency;
    EXPECT_FALSE(says(asker, Act::read, "Observation"));
    asker.emergency = true;
    EXPECT_TRUE(says(asker, Act::create, "Observation"));
    asker = {.roles = {*request::RoleName::parse("billing")}, .purpose = kPay};
    EXPECT_TRUE(says(asker, Act::read, "Claim"));
}

TEST(PolicyDocument, OfNoPolicySaysThatNothingIsPermitted) {
    auto const text = policy_document(Policy(), TenantName("default"), kNow);
    EXPECT_TRUE(
        text.contains("Nothing is permitted: TREAT, ETREAT, HPAYMT, HOPERAT, PATRQT, "
                      "HRESCH, PUBHLTH, SYSADMIN."))
        << text;
    EXPECT_FALSE(text.contains("### "));
}

}  // namespace
}  // namespace salus::authorization

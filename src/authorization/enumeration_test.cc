// Every interaction, with every type that stands for others, for every role of the hospital's
// policy and every purpose, of one's own patient, another's and no patient's, in care and not, by
// the hospital's policy and by tables like a new instance's: decided one way, with rules named or a
// reason, and never beyond what the role is there for. An interaction that has no row here fails,
// and so does a group of types that none stands for.
#include <gtest/gtest.h>
#include <set>

#include "authorization/enumeration_for_test.h"
#include "authorization/type_groups.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

TEST(Enumeration, EveryInteractionHasARow) {
    for (auto const interaction : request::all_interactions()) {
        auto const name = request::name_of(interaction).text();
        ASSERT_TRUE(rows().contains(name)) << name;
        EXPECT_EQ(request::is_public(interaction), rows().at(name) == Kind::open) << name;
    }
}

TEST(Enumeration, EveryGroupOfTypesHasOneThatStandsForIt) {
    std::set<std::string_view> asked{group_of("AuditEvent")};
    for (auto const type : kTypes) asked.insert(group_of(type));
    for (auto const& type : fhir::resource_types())
        EXPECT_TRUE(asked.contains(group_of(type.name.text()))) << type.name.text();
}

TEST(Enumeration, WhoeverHasNoTokenGetsWhatIsPublicAndNothingElse) {
    request::CallerFacts nobody;
    nobody.tenant = TenantName("default");
    for (auto const& policy : {testing::hospital_policy(), test_policy()}) {
        for_each_question([&](Interaction interaction, std::string_view type) {
            auto const decision =
                decide(policy, nobody, intent_of(interaction, type, Whose::nobody), kNow);
            EXPECT_EQ(decision.allowed, request::is_public(interaction))
                << request::name_of(interaction).text();
            if (!decision.allowed) EXPECT_EQ(decision.code, Errc::unauthenticated);
        });
    }
}

TEST(Enumeration, WithoutAScopeNothingButOneselfIsOpen) {
    for (auto const& policy : {testing::hospital_policy(), test_policy()}) {
        for_each(policy, "",
                 [](Asked const& asked, Interaction interaction, std::string_view type,
                    auto const& decision) {
                     auto const kind = kind_of(interaction);
                     if (kind == Kind::open || kind == Kind::self || kind == Kind::receipt) return;
                     EXPECT_FALSE(decision().allowed) << told(interaction, type, asked);
                 });
    }
}

TEST(Enumeration, EachIsDecidedOneWayWithRulesOrAReason) {
    for (auto const& policy : {testing::hospital_policy(), test_policy()}) {
        std::size_t allowed = 0;
        std::size_t refused = 0;
        for_each(policy, kEveryScope,
                 [&](Asked const& asked, Interaction interaction, std::string_view type,
                     auto const& decide_once) {
                     auto const decision = decide_once();
                     EXPECT_TRUE(decision.allowed ? !decision.rules.empty()
                                                  : !decision.why.text().empty())
                         << told(interaction, type, asked);
                     ++(decision.allowed ? allowed : refused);
                     // By rules that remember nothing, and again; of a few, because that takes its
                     // time.
                     if (asked.purpose != kTreat || (has_type(interaction) && type != "Patient"))
                         return;
                     auto const again = decide(
                         policy, caller_of(asked.role, asked.purpose, kEveryScope),
                         intent_of(interaction, type, asked.whose), circumstances_of(asked.care));
                     EXPECT_EQ(decision.allowed, again.allowed) << told(interaction, type, asked);
                     EXPECT_EQ(decision.rules, again.rules);
                 });
        EXPECT_GT(allowed, 10'000U);
        EXPECT_GT(refused, 10'000U);
    }
}

// What a role is not there for; its text says what was permitted.
void expect_kept_apart(Asked const& asked, Interaction interaction, std::string_view type,
                       std::string const& what) {
    auto const kind = kind_of(interaction);
    bool const record = kind == Kind::record;
    bool const directory = record && group_of(type) == "directory";
    EXPECT_NE(asked.role, "nobody") << what;
    EXPECT_FALSE(record && asked.purpose == kAdministrate) << what;
    EXPECT_FALSE(record && asked.role == "keyCustodian") << what;
    EXPECT_FALSE(record && asked.role == "administrator" && !directory) << what;
    EXPECT_FALSE(record && asked.role == "securityOfficer" && !directory) << what;
    if (kind == Kind::keys) EXPECT_EQ(asked.role, "keyCustodian") << what;
    if (asked.role == "keyCustodian")
        EXPECT_TRUE(kind == Kind::keys || interaction == Interaction::control_check) << what;
    EXPECT_FALSE(asked.role == "auditor" && request::is_write(interaction)) << what;
    if (asked.role == "patient" && !directory) EXPECT_EQ(asked.whose, Whose::own) << what;
    bool const treats =
        asked.role == "physician" || asked.role == "nurse" || asked.role == "careCoordinator";
    // A patient is found before care begins.
    bool const finds = interaction == Interaction::search_type && type == "Patient";
    EXPECT_FALSE(record && treats && asked.purpose == kTreat && !asked.care && !directory && !finds)
        << what;
    // Money is told from what is wrong with somebody, both ways.
    bool const clinical = record && group_of(type) == "clinical";
    EXPECT_FALSE(clinical && (asked.role == "billing" || asked.role == "registration")) << what;
    EXPECT_FALSE(type == "Claim" && treats) << what;
    // What is written freely is no research.
    bool const free_text = type == "DocumentReference" || type == "Binary";
    EXPECT_FALSE(free_text && asked.role == "researcher") << what;
    EXPECT_FALSE(record && asked.role == "researcher" && request::is_write(interaction)) << what;
}

TEST(Enumeration, RolesOfTheHospitalAreKeptApart) {
    std::map<std::string, std::set<std::string>> types_of;
    for_each(testing::hospital_policy(), kEveryScope,
             [&](Asked const& asked, Interaction interaction, std::string_view type,
                 auto const& decision) {
                 auto const kind = kind_of(interaction);
                 if (kind == Kind::open || kind == Kind::self || !decision().allowed) return;
                 types_of[std::string(asked.role)].insert(std::string(type));
                 expect_kept_apart(asked, interaction, type, told(interaction, type, asked));
             });
    // None of this was said of nothing.
    // But for Claim, and for Binary and Device, which are in nobody's care, and the audit log.
    EXPECT_EQ(types_of["physician"].size(), kTypes.size() - 3);
    EXPECT_TRUE(types_of["billing"].contains("Claim"));
    EXPECT_TRUE(types_of["researcher"].contains("Observation"));
    EXPECT_TRUE(types_of["auditor"].contains("AuditEvent"));
    for (auto const* role : {"patient", "keyCustodian", "administrator"})
        EXPECT_FALSE(types_of[role].empty()) << role;
}

}  // namespace
}  // namespace salus::authorization

// Every interaction, for every role of the hospital's policy and every purpose, of one's own
// patient, another's and no patient's, in care and not, by the hospital's policy and by tables like
// a new instance's: decided one way, with rules named or a reason, and never beyond what the role
// is there for. An interaction that has no row here fails.
#include <gtest/gtest.h>
#include <map>

#include "authorization/hospital_policy_for_test.h"
#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

// What an interaction is at most open to.
enum class Kind : std::uint8_t { open, record, bundle, self, administration, keys, audit, receipt };

// By name, so that rows say what logs say.
std::map<std::string_view, Kind> const& rows() {
    static std::map<std::string_view, Kind> const kRows = [] {
        std::map<std::string_view, Kind> all;
        auto const add = [&](Kind kind, std::initializer_list<char const*> names) {
            for (auto const* name : names) all.emplace(name, kind);
        };
        add(Kind::open, {"capabilities", "openapi", "token", "introspection", "revocation",
                         "pushed-authorization", "metadata.openid", "authorization", "sign-in",
                         "account", "end-session", "page-script", "metadata.oauth",
                         "metadata.smart", "metadata.jwks", "metadata.authzen"});
        add(Kind::record, {"read", "vread", "update", "delete", "history", "patch", "everything",
                           "meta", "meta-add", "meta-delete", "create", "search", "validate",
                           "history-type", "history-system"});
        add(Kind::bundle, {"transaction", "batch"});
        add(Kind::self, {"userinfo"});
        add(Kind::receipt, {"audit.proof"});
        add(Kind::administration, {"launch-open",
                                   "admin.definitions-load",
                                   "admin.definitions-list",
                                   "admin.definitions-remove",
                                   "admin.client-add",
                                   "admin.client-list",
                                   "admin.client-remove",
                                   "admin.user-add",
                                   "admin.user-list",
                                   "admin.user-change",
                                   "admin.check",
                                   "admin.backup-begin",
                                   "admin.backup-state",
                                   "admin.backup-drill-report",
                                   "admin.policy-read",
                                   "admin.policy-document",
                                   "admin.policy-explain",
                                   "admin.policy-versions",
                                   "admin.policy-version",
                                   "admin.policy-propose",
                                   "admin.policy-replay",
                                   "admin.policy-approve",
                                   "admin.policy-activate",
                                   "admin.policy-withdraw",
                                   "access-evaluation",
                                   "access-evaluations"});
        add(Kind::keys,
            {"admin.key-status", "admin.key-rotation", "admin.custodians-set",
             "admin.custodians-read", "admin.proposal-draft", "admin.proposal-add",
             "admin.proposal-list", "admin.proposal-read", "admin.ballot-add",
             "admin.proposal-execute", "admin.hold-place", "admin.hold-list", "admin.keys-seal"});
        add(Kind::audit,
            {"audit.search", "audit.event", "access-report", "accounting", "audit.details"});
        return all;
    }();
    return kRows;
}

constexpr auto kRoles = std::to_array<std::string_view>(
    {"physician", "nurse", "careCoordinator", "registration", "billing", "researcher", "patient",
     "proxy", "auditor", "privacyOfficer", "securityOfficer", "keyCustodian", "administrator",
     "service", "nobody"});
constexpr char const* kEveryScope =
    "system/*.cruds system/AuditEvent.rs admin/clients.read admin/clients.write admin/users.read "
    "admin/users.write admin/definitions.read admin/definitions.write admin/keys.read "
    "admin/keys.write admin/backups.read admin/backups.write admin/check.read admin/audit.read "
    "admin/population.read admin/tokens.read admin/policies.read admin/launch.write";

enum class Whose : std::uint8_t { own, other, nobody };

struct Asked {
    std::string_view role;
    PurposeOfUse purpose;
    Whose whose;
    bool care;
};

CompartmentId compartment(std::uint8_t number) {
    return CompartmentId::from(crypto::Sha256Digest{number});
}

request::CallerFacts caller_of(Asked const& asked, char const* scopes) {
    auto caller = facts_of_caller(scopes, asked.purpose);
    caller.roles = {*request::RoleName::parse(asked.role)};
    if (asked.role == "service") return caller;
    caller.person = request::Person{.id = UserId(std::string(32, 'a')),
                                    .grant = "g",
                                    .acr = "phr",
                                    .authenticated = kNow,
                                    .is_patient = asked.role == "patient"};
    if (caller.person->is_patient) caller.patient_compartment = compartment(1);
    return caller;
}

request::IntentFacts intent_of(Interaction interaction, Asked const& asked) {
    bool const typed = rows().at(request::name_of(interaction).text()) == Kind::record &&
                       interaction != Interaction::history_system;
    auto intent = facts_of_intent(interaction, typed ? "Observation" : "");
    if (request::is_audit_view(interaction)) intent.type = "AuditEvent";
    if (asked.whose == Whose::nobody) return intent;
    intent.compartment = compartment(asked.whose == Whose::own ? 1 : 2);
    intent.patient_compartment = true;
    return intent;
}

Circumstances circumstances_of(Asked const& asked) {
    Circumstances here{.now = kNow, .care_relationship = asked.care};
    here.access.network.zone = request::NetworkZone::internal;
    here.access.device.managed = true;
    here.access.device.encrypted = true;
    here.access.local = {.hour = 10, .weekday = 2};
    return here;
}

template <class Check>
void for_each(Check check) {
    for (auto const role : kRoles) {
        for (auto const purpose : request::all_purposes()) {
            for (auto const whose : {Whose::own, Whose::other, Whose::nobody}) {
                for (bool const care : {false, true}) check(Asked{role, purpose, whose, care});
            }
        }
    }
}

std::string told(Interaction interaction, Asked const& asked) {
    return std::string(request::name_of(interaction).text()) + " by " + std::string(asked.role) +
           " for " + std::string(request::code_of(asked.purpose).text()) +
           (asked.whose == Whose::own     ? ", own"
            : asked.whose == Whose::other ? ", other"
                                          : ", nobody's") +
           (asked.care ? ", in care" : "");
}

TEST(Enumeration, EveryInteractionHasARow) {
    for (auto const interaction : request::all_interactions()) {
        auto const name = request::name_of(interaction).text();
        ASSERT_TRUE(rows().contains(name)) << name;
        EXPECT_EQ(request::is_public(interaction), rows().at(name) == Kind::open) << name;
    }
}

TEST(Enumeration, WhoeverHasNoTokenGetsWhatIsPublicAndNothingElse) {
    request::CallerFacts nobody;
    nobody.tenant = TenantName("default");
    for (auto const& policy : {testing::hospital_policy(), test_policy()}) {
        for (auto const interaction : request::all_interactions()) {
            Asked const asked{"nobody", kTreat, Whose::nobody, false};
            auto const decision = decide(policy, nobody, intent_of(interaction, asked), kNow);
            EXPECT_EQ(decision.allowed, request::is_public(interaction))
                << told(interaction, asked);
            if (!decision.allowed) EXPECT_EQ(decision.code, Errc::unauthenticated);
        }
    }
}

TEST(Enumeration, WithoutAScopeNothingButOneselfIsOpen) {
    for (auto const& policy : {testing::hospital_policy(), test_policy()}) {
        for_each([&](Asked const& asked) {
            for (auto const interaction : request::all_interactions()) {
                auto const kind = rows().at(request::name_of(interaction).text());
                if (kind == Kind::open || kind == Kind::self || kind == Kind::receipt) continue;
                auto const decision =
                    decide(policy, caller_of(asked, ""), intent_of(interaction, asked),
                           circumstances_of(asked));
                EXPECT_FALSE(decision.allowed) << told(interaction, asked);
            }
        });
    }
}

TEST(Enumeration, EachIsDecidedOneWayWithRulesOrAReason) {
    for (auto const& policy : {testing::hospital_policy(), test_policy()}) {
        std::size_t allowed = 0;
        std::size_t refused = 0;
        for_each([&](Asked const& asked) {
            for (auto const interaction : request::all_interactions()) {
                auto const decide_once = [&] {
                    return decide(policy, caller_of(asked, kEveryScope),
                                  intent_of(interaction, asked), circumstances_of(asked));
                };
                auto const decision = decide_once();
                auto const again = decide_once();
                EXPECT_EQ(decision.allowed, again.allowed);
                EXPECT_EQ(decision.rules, again.rules);
                EXPECT_TRUE(decision.allowed ? !decision.rules.empty()
                                             : !decision.why.text().empty())
                    << told(interaction, asked);
                ++(decision.allowed ? allowed : refused);
            }
        });
        EXPECT_GT(allowed, 1000U);
        EXPECT_GT(refused, 1000U);
    }
}

// What each role is not there for, whatever scopes its token has.
TEST(Enumeration, RolesOfTheHospitalAreKeptApart) {
    auto const policy = testing::hospital_policy();
    std::map<std::string, std::size_t> allowed_to;
    for_each([&](Asked const& asked) {
        for (auto const interaction : request::all_interactions()) {
            auto const kind = rows().at(request::name_of(interaction).text());
            if (kind == Kind::open || kind == Kind::self) continue;
            auto const decision = decide(policy, caller_of(asked, kEveryScope),
                                         intent_of(interaction, asked), circumstances_of(asked));
            if (!decision.allowed) continue;
            ++allowed_to[std::string(asked.role)];
            auto const what = told(interaction, asked);
            bool const record = kind == Kind::record;
            EXPECT_FALSE(record && asked.purpose == kAdministrate) << what;
            EXPECT_FALSE(record && (asked.role == "administrator" || asked.role == "keyCustodian"))
                << what;
            if (kind == Kind::keys) EXPECT_EQ(asked.role, "keyCustodian") << what;
            if (asked.role == "keyCustodian")
                EXPECT_TRUE(kind == Kind::keys || interaction == Interaction::control_check)
                    << what;
            EXPECT_FALSE(asked.role == "auditor" && request::is_write(interaction)) << what;
            if (asked.role == "patient") EXPECT_EQ(asked.whose, Whose::own) << what;
            bool const treats = asked.role == "physician" || asked.role == "nurse" ||
                                asked.role == "careCoordinator";
            EXPECT_FALSE(record && treats && asked.purpose == kTreat && !asked.care) << what;
            EXPECT_NE(asked.role, "nobody") << what;
        }
    });
    for (auto const* role : {"physician", "patient", "auditor", "keyCustodian", "administrator"})
        EXPECT_GT(allowed_to[role], 0U) << role;
}

}  // namespace
}  // namespace salus::authorization

// For tests that ask every question there is: interactions with what each is at most open to,
// roles, types of every group, whose the records are. Included by tests only.
#pragma once

#include <map>

#include "authorization/hospital_policy_for_test.h"
#include "authorization/judgement.h"
#include "authorization/policy_for_test.h"

namespace salus::authorization {

// What an interaction is at most open to.
enum class Kind : std::uint8_t { open, record, bundle, self, administration, keys, audit, receipt };

// By name, so that rows say what logs say.
inline std::map<std::string_view, Kind> const& rows() {
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

inline constexpr auto kRoles = std::to_array<std::string_view>(
    {"physician", "nurse", "careCoordinator", "registration", "billing", "researcher", "patient",
     "proxy", "auditor", "privacyOfficer", "securityOfficer", "keyCustodian", "administrator",
     "service", "nobody"});
inline constexpr char const* kEveryScope =
    "system/*.cruds system/AuditEvent.rs admin/clients.read admin/clients.write admin/users.read "
    "admin/users.write admin/definitions.read admin/definitions.write admin/keys.read "
    "admin/keys.write admin/backups.read admin/backups.write admin/check.read admin/audit.read "
    "admin/population.read admin/tokens.read admin/policies.read admin/launch.write";

// Of each group of types (type_groups.h) what differs most: whose it is, who makes it, how much it
// tells. AuditEvent is asked for by the interactions with the audit log.
inline constexpr auto kTypes = std::to_array<std::string_view>(
    {"Patient", "Observation", "DocumentReference", "Binary", "QuestionnaireResponse", "Encounter",
     "Coverage", "Claim", "Consent", "Practitioner", "Questionnaire", "Device"});

enum class Whose : std::uint8_t { own, other, nobody };
inline constexpr auto kEverybodys = std::to_array({Whose::own, Whose::other, Whose::nobody});

struct Asked {
    std::string_view role;
    PurposeOfUse purpose;
    Whose whose;
    bool care;
};

inline CompartmentId compartment(std::uint8_t number) {
    return CompartmentId::from(crypto::Sha256Digest{number});
}

inline Kind kind_of(Interaction interaction) {
    return rows().at(request::name_of(interaction).text());
}
inline bool has_type(Interaction interaction) {
    return kind_of(interaction) == Kind::record && interaction != Interaction::history_system;
}

inline request::CallerFacts caller_of(std::string_view role, PurposeOfUse purpose,
                                      std::string const& scopes) {
    auto caller = facts_of_caller(scopes, purpose);
    caller.roles = {*request::RoleName::parse(role)};
    if (role == "service") return caller;
    caller.person = request::Person{.id = UserId(std::string(32, 'a')),
                                    .grant = "g",
                                    .acr = "phr",
                                    .authenticated = kNow,
                                    .is_patient = role == "patient"};
    if (caller.person->is_patient) caller.patient_compartment = compartment(1);
    return caller;
}

inline request::IntentFacts intent_of(Interaction interaction, std::string_view type, Whose whose) {
    auto intent = facts_of_intent(interaction, std::string(type));
    if (whose == Whose::nobody) return intent;
    intent.compartment = compartment(whose == Whose::own ? 1 : 2);
    intent.patient_compartment = true;
    return intent;
}

inline Circumstances circumstances_of(bool care) {
    Circumstances here{.now = kNow, .care_relationship = care};
    here.access.network.zone = request::NetworkZone::internal;
    here.access.device.managed = true;
    here.access.device.encrypted = true;
    here.access.local = {.hour = 10, .weekday = 2};
    return here;
}

// Every interaction, and with records each of the types.
template <class Check>
void for_each_question(Check check) {
    for (auto const interaction : request::all_interactions()) {
        if (!has_type(interaction)) {
            check(interaction,
                  request::is_audit_view(interaction) ? std::string_view("AuditEvent") : "");
            continue;
        }
        for (auto const type : kTypes) check(interaction, type);
    }
}

// Every role for every purpose about everybody, in care and not. What the rules answered one of
// them stays for the next that differs in the patient only, as it does for entries of a bundle.
template <class Check>
void for_each(Policy const& policy, std::string const& scopes, Check check) {
    for (auto const role : kRoles) {
        for (auto const purpose : request::all_purposes()) {
            auto const caller = caller_of(role, purpose, scopes);
            Judgement rules(policy, caller, TenantName("default"), circumstances_of(false));
            for (auto const whose : kEverybodys) {
                for (bool const care : {false, true}) {
                    Asked const asked{role, purpose, whose, care};
                    auto const here = circumstances_of(care);
                    for_each_question([&](Interaction interaction, std::string_view type) {
                        check(asked, interaction, type, [&] {
                            return decide(rules, caller, intent_of(interaction, type, whose), here);
                        });
                    });
                }
            }
        }
    }
}

inline std::string told(Interaction interaction, std::string_view type, Asked const& asked) {
    return std::string(request::name_of(interaction).text()) + " " + std::string(type) + " by " +
           std::string(asked.role) + " for " + std::string(request::code_of(asked.purpose).text()) +
           (asked.whose == Whose::own     ? ", own"
            : asked.whose == Whose::other ? ", other"
                                          : ", nobody's") +
           (asked.care ? ", in care" : "");
}

}  // namespace salus::authorization

// What scopes say, of every interaction with records, under a policy that says yes to everything:
// each context, one type, all, another, and each letter alone and with others, asked of the
// caller's patient, another and nobody, by somebody with a patient and without. Permitted is
// exactly what SMART App Launch 2.2 says that the letters mean.
#include <gtest/gtest.h>

#include "authorization/enumeration_for_test.h"

namespace salus::authorization {
namespace {

// Letters that all must be there; "": no scope of records is enough.
std::string_view letters_for(Interaction interaction) {
    static std::map<std::string_view, std::string_view> const kLetters{
        {"read", "r"},      {"vread", "r"},       {"history", "r"},      {"everything", "r"},
        {"meta", "r"},      {"update", "u"},      {"delete", "d"},       {"patch", "ru"},
        {"meta-add", "ru"}, {"create", "c"},      {"meta-delete", "ru"}, {"validate", "c"},
        {"search", "s"},    {"history-type", ""}, {"history-system", ""}};
    return kLetters.at(request::name_of(interaction).text());
}

struct Granted {
    std::string context;
    std::string type;  // or *
    std::string letters;
    bool patient;  // whether the token is bound to one
    [[nodiscard]] std::string text() const { return context + "/" + type + "." + letters; }
};

bool is_granted(Granted const& granted, Interaction interaction, std::string_view type,
                Whose whose) {
    auto const letters = letters_for(interaction);
    bool const in_context =
        granted.context != "patient" || (granted.patient && whose == Whose::own);
    return in_context && !letters.empty() && (granted.type == "*" || granted.type == type) &&
           std::ranges::all_of(letters, [&](char const c) { return granted.letters.contains(c); });
}

// How many of the questions about this type were permitted.
std::size_t check_all(Policy const& policy, Granted const& granted, std::string_view type) {
    auto caller = facts_of_caller(granted.text());
    EXPECT_FALSE(caller.scopes.empty()) << granted.text();
    if (granted.patient) caller.patient_compartment = compartment(1);
    Judgement rules(policy, caller, TenantName("default"), circumstances_of(false));
    std::size_t allowed = 0;
    for (auto const interaction : request::all_interactions()) {
        if (kind_of(interaction) != Kind::record) continue;
        auto const on = has_type(interaction) ? type : std::string_view();
        for (auto const whose : kEverybodys) {
            auto const decision =
                decide(rules, caller, intent_of(interaction, on, whose), circumstances_of(false));
            EXPECT_EQ(decision.allowed, is_granted(granted, interaction, on, whose))
                << granted.text() << (granted.patient ? " of a patient: " : ": ")
                << told(interaction, on, {"nobody", kTreat, whose, false});
            if (!decision.allowed) EXPECT_EQ(decision.code, Errc::forbidden);
            allowed += decision.allowed ? 1 : 0;
        }
    }
    return allowed;
}

TEST(ScopeEnumeration, LettersTypesAndContextsMeanWhatTheySay) {
    auto const policy = test_policy();
    std::size_t allowed = 0;
    for (std::string const context : {"system", "user", "patient"}) {
        for (bool const patient : {false, true}) {
            for (auto const* letters : {"c", "r", "u", "d", "s", "ru", "rs", "cruds"}) {
                for (auto const type : kTypes) {
                    for (auto const& scoped : {std::string(type), std::string("*"),
                                               std::string(type == "Goal" ? "Flag" : "Goal")})
                        allowed += check_all(policy, {context, scoped, letters, patient}, type);
                }
            }
        }
    }
    EXPECT_GT(allowed, 5'000U);
}

// By no scope of records, whatever its letters, anything of the server's own is open, and by none
// of the server's own a record.
TEST(ScopeEnumeration, RecordsAndTheServerAreApart) {
    auto const policy = test_policy();
    auto const administers = facts_of_caller(
        "admin/clients.read admin/clients.write admin/users.read admin/users.write "
        "admin/keys.read admin/keys.write admin/policies.read admin/population.read");
    for (auto const interaction : request::all_interactions()) {
        auto const kind = kind_of(interaction);
        if (kind == Kind::open || kind == Kind::receipt) continue;
        for (auto const* context : {"system", "user", "patient"}) {
            auto caller = facts_of_caller(std::string(context) + "/*.cruds", kAdministrate);
            caller.patient_compartment = compartment(1);
            if (kind != Kind::record) {
                auto const intent = intent_of(interaction, "AuditEvent", Whose::own);
                EXPECT_FALSE(decide(policy, caller, intent, kNow).allowed)
                    << context << " " << request::name_of(interaction).text();
            }
        }
        if (kind != Kind::record) continue;
        for (auto const type : kTypes) {
            EXPECT_FALSE(
                decide(policy, administers, intent_of(interaction, type, Whose::own), kNow).allowed)
                << request::name_of(interaction).text() << " " << type;
        }
    }
}

}  // namespace
}  // namespace salus::authorization

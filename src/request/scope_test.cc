#include "request/scope.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>

namespace salus::request {
namespace {

TEST(Scope, RefusesWhatIsNotTheGrammar) {
    for (auto const* text :
         {"", " ", "/", ".", "system", "system/", "system/Patient", "system/Patient.", "Patient.r",
          "system/.r", "system/*.", "/Patient.r", "System/Patient.r", "SYSTEM/*.cruds", "launch",
          "openid", "fhirUser", "offline_access", "launch/patient",
          // letters: order, repetition, strangers, cases
          "system/Patient.sr", "system/Patient.dc", "system/Patient.rc", "system/Patient.rr",
          "system/Patient.cc", "system/Patient.x", "system/Patient.rx", "system/Patient.R",
          "system/Patient.cruds ", "system/Patient.crudss", "system/Patient.r,s",
          "system/Patient.Read", "system/Patient.readwrite", "system/Patient.**",
          // a constraint that is not evaluated denies (scope_constraint_test.cc)
          "system/Observation.rs?", "patient/*.r?a=b", "?category=x", "system/Observation?code=x",
          // names
          "system/patient.r", "system/Pat ient.r", "system/Patient1.r", "system/Pati\xc3\xa9nt.r",
          "system/Patient/x.r", "system/**.r", "system/Patient*.r", "system/$.r", "system/_.r",
          "system/Patient\t.r", "system/Patient.r\n", "system//Patient.r",
          // other contexts and administration
          "users/Patient.r", "admin/clients.r", "admin/check.write", "admin/population.write",
          "admin/*.cruds", "admin/clients.w", "admin/clients.write?x", "admin/",
          "admin/check.read.read"}) {
        EXPECT_FALSE(parse_scope(text).has_value()) << text;
    }
    EXPECT_FALSE(parse_scope(std::string("system/Patient.r\0", 17)).has_value());
    EXPECT_FALSE(parse_scope("system/" + std::string(65, 'A') + ".r").has_value());
    EXPECT_TRUE(parse_scope("system/" + std::string(64, 'A') + ".r").has_value());
}

TEST(Scope, KeepsItsCanonicalSpelling) {
    for (auto const* text :
         {"system/*.cruds", "patient/Observation.rs", "user/Patient.c", "system/Encounter.ud",
          "admin/clients.write", "admin/clients.read", "admin/users.read", "admin/users.write",
          "admin/check.read", "admin/population.read"}) {
        auto const scope = parse_scope(text);
        ASSERT_TRUE(scope.has_value()) << text;
        EXPECT_EQ(scope->text(), text);
    }
}

TEST(Scope, EverySubsetOfTheLettersInOrderIsTakenAndNoOther) {
    static constexpr std::string_view kAll = "cruds";
    std::vector<std::string> wanted;
    for (unsigned mask = 1; mask < 32; ++mask) {
        std::string letters;
        for (unsigned i = 0; i < 5; ++i) {
            if ((mask >> i & 1U) != 0) letters.push_back(kAll[i]);
        }
        wanted.push_back(letters);
    }
    // All words of at most three letters, and the subsets themselves.
    std::vector<std::string> words{""};
    for (std::size_t begin = 0, length = 0; length < 3; ++length) {
        auto const end = words.size();
        for (; begin < end; ++begin) {
            for (char c : kAll) words.push_back(words[begin] + c);
        }
    }
    for (auto const& word : words) {
        bool const expected = std::ranges::find(wanted, word) != wanted.end();
        EXPECT_EQ(parse_scope("system/Patient." + word).has_value(), expected) << word;
    }
    for (auto const& word : wanted) {
        EXPECT_TRUE(parse_scope("system/Patient." + word).has_value()) << word;
    }
}

TEST(Scope, MapsVersionOne) {
    EXPECT_EQ(parse_scope("system/Patient.read")->text(), "system/Patient.rs");
    EXPECT_EQ(parse_scope("system/Patient.write")->text(), "system/Patient.cud");
    EXPECT_EQ(parse_scope("system/*.*")->text(), "system/*.cruds");
}

TEST(Scopes, OneWrongScopeRefusesAll) {
    EXPECT_FALSE(parse_scopes("").has_value());
    EXPECT_FALSE(parse_scopes("   ").has_value());
    EXPECT_FALSE(parse_scopes("system/*.r openid").has_value());
    EXPECT_FALSE(parse_scopes("system/*.r,system/Patient.r").has_value());
    EXPECT_FALSE(parse_scopes("system/*.r\tsystem/Patient.r").has_value());
    EXPECT_EQ(to_text(*parse_scopes("system/*.r system/Patient.c")), "system/*.r system/Patient.c");
}

TEST(Scopes, AreAtMostSixtyFour) {
    std::string text = "system/*.r";
    for (int i = 1; i < 64; ++i) text += " system/*.r";
    ASSERT_TRUE(parse_scopes(text).has_value());
    EXPECT_EQ(parse_scopes(text)->size(), 64U);
    EXPECT_FALSE(parse_scopes(text + " system/*.r").has_value());
}

struct Letter {
    Interaction interaction;
    char letter;  // the one that allows it; 0: none does
};
constexpr std::array kLetters{
    Letter{Interaction::read, 'r'},
    Letter{Interaction::vread, 'r'},
    Letter{Interaction::update, 'u'},
    Letter{Interaction::remove, 'd'},
    Letter{Interaction::history_instance, 'r'},
    // Decided by their parts.
    Letter{Interaction::patch, 0},
    Letter{Interaction::everything, 0},
    Letter{Interaction::meta, 0},
    Letter{Interaction::meta_add, 0},
    Letter{Interaction::meta_delete, 0},
    Letter{Interaction::create, 'c'},
    Letter{Interaction::search_type, 's'},
    Letter{Interaction::validate, 'c'},
    Letter{Interaction::history_type, 0},
    Letter{Interaction::transaction, 0},
    Letter{Interaction::batch, 0},
    Letter{Interaction::history_system, 0},
    Letter{Interaction::capabilities, 0},
    Letter{Interaction::open_api, 0},
    Letter{Interaction::token, 0},
    Letter{Interaction::introspection, 0},
    Letter{Interaction::revocation, 0},
    Letter{Interaction::pushed_authorization, 0},
    Letter{Interaction::launch_open, 0},
    Letter{Interaction::openid_configuration, 0},
    Letter{Interaction::authorization, 0},
    Letter{Interaction::sign_in, 0},
    Letter{Interaction::account, 0},
    Letter{Interaction::end_session, 0},
    Letter{Interaction::page_script, 0},
    Letter{Interaction::client_list, 0},
    Letter{Interaction::client_remove, 0},
    Letter{Interaction::user_add, 0},
    Letter{Interaction::user_list, 0},
    Letter{Interaction::user_change, 0},
    Letter{Interaction::authorization_server_metadata, 0},
    Letter{Interaction::smart_configuration, 0},
    Letter{Interaction::json_web_key_set, 0},
    Letter{Interaction::access_evaluation_metadata, 0},
    Letter{Interaction::definitions_load, 0},
    Letter{Interaction::definitions_list, 0},
    Letter{Interaction::definitions_remove, 0},
    Letter{Interaction::key_status, 0},
    Letter{Interaction::key_rotation, 0},
    Letter{Interaction::client_add, 0},
    Letter{Interaction::custodians_set, 0},
    Letter{Interaction::custodians_read, 0},
    Letter{Interaction::proposal_draft, 0},
    Letter{Interaction::proposal_add, 0},
    Letter{Interaction::proposal_list, 0},
    Letter{Interaction::proposal_read, 0},
    Letter{Interaction::ballot_add, 0},
    Letter{Interaction::proposal_execute, 0},
    Letter{Interaction::hold_place, 0},
    Letter{Interaction::hold_list, 0},
    Letter{Interaction::keys_seal, 0},
    Letter{Interaction::control_check, 0},
    Letter{Interaction::backup_begin, 0},
    Letter{Interaction::backup_state, 0},
    Letter{Interaction::backup_drill_report, 0},
    Letter{Interaction::policy_read, 0},
    Letter{Interaction::policy_document, 0},
    Letter{Interaction::policy_explain, 0},
    Letter{Interaction::policy_versions, 0},
    Letter{Interaction::policy_version, 0},
    Letter{Interaction::policy_propose, 0},
    Letter{Interaction::policy_replay, 0},
    Letter{Interaction::policy_approve, 0},
    Letter{Interaction::policy_activate, 0},
    Letter{Interaction::policy_withdraw, 0},
    Letter{Interaction::access_evaluation, 0},
    Letter{Interaction::access_evaluations, 0},
    // By the name of AuditEvent alone.
    Letter{Interaction::audit_search, 0},
    Letter{Interaction::audit_event, 0},
    Letter{Interaction::access_report, 0},
    Letter{Interaction::accounting, 0},
    Letter{Interaction::audit_details, 0},
};

TEST(Allows, EachInteractionNeedsItsOwnLetter) {
    // The proof of one's own request needs no letter, nor who one is.
    ASSERT_EQ(kLetters.size() + 2, all_interactions().size());
    for (auto const& row : kLetters) {
        for (char letter : std::string_view("cruds")) {
            auto const scope = parse_scope(std::string("system/Patient.") + letter);
            EXPECT_EQ(allows(*scope, row.interaction, "Patient"), letter == row.letter)
                << name_of(row.interaction).text() << " with " << letter;
            EXPECT_FALSE(allows(*scope, row.interaction, "Observation"));
            EXPECT_FALSE(allows(*scope, row.interaction, ""));
            EXPECT_FALSE(allows(*scope, row.interaction, "*"));
        }
    }
}

TEST(Scope, PatientsAreSpannedByItsOwnScopeOnly) {
    EXPECT_TRUE(spans_patients(*parse_scopes("system/*.rs admin/population.read")));
    for (auto const* scopes : {"system/*.cruds", "admin/check.read admin/definitions.read",
                               "admin/clients.write system/*.rs"})
        EXPECT_FALSE(spans_patients(*parse_scopes(scopes))) << scopes;
    // It is granted to whom it is registered for.
    auto const asked = *parse_scopes("admin/population.read");
    EXPECT_TRUE(intersect(asked, *parse_scopes("system/*.cruds admin/check.read")).empty());
    EXPECT_EQ(intersect(asked, asked), asked);
}

bool administers(std::string_view scope, Interaction interaction) {
    switch (interaction) {
        case Interaction::client_list: return scope == "admin/clients.read";
        case Interaction::client_remove:
        case Interaction::client_add: return scope == "admin/clients.write";
        case Interaction::user_list: return scope == "admin/users.read";
        case Interaction::user_change:
        case Interaction::user_add: return scope == "admin/users.write";
        case Interaction::control_check: return scope == "admin/check.read";
        case Interaction::definitions_list: return scope == "admin/definitions.read";
        case Interaction::definitions_load:
        case Interaction::definitions_remove: return scope == "admin/definitions.write";
        case Interaction::backup_state: return scope == "admin/backups.read";
        case Interaction::backup_begin:
        case Interaction::backup_drill_report: return scope == "admin/backups.write";
        case Interaction::policy_propose:
        case Interaction::policy_approve:
        case Interaction::policy_activate:
        case Interaction::policy_withdraw: return scope == "admin/policies.write";
        case Interaction::policy_versions:
        case Interaction::policy_version:
        case Interaction::policy_replay:
        case Interaction::policy_read:
        case Interaction::policy_document:
        case Interaction::policy_explain:
        case Interaction::access_evaluation:
        case Interaction::access_evaluations: return scope == "admin/policies.read";
        case Interaction::audit_details: return scope == "admin/audit.read";
        case Interaction::audit_proof:  // of one's own request
        case Interaction::user_info: return true;
        default: return false;
    }
}

TEST(Allows, ClinicalScopesNeverAdministerAndAdministrationNeverReads) {
    auto const all = *parse_scope("system/*.cruds");
    EXPECT_FALSE(allows(all, Interaction::client_add, ""));
    EXPECT_FALSE(allows(all, Interaction::client_add, "clients"));
    EXPECT_FALSE(allows(all, Interaction::control_check, "check"));
    for (auto const* text :
         {"admin/clients.read", "admin/clients.write", "admin/users.read", "admin/users.write",
          "admin/check.read", "admin/definitions.read", "admin/definitions.write",
          "admin/backups.read", "admin/backups.write", "admin/audit.read", "admin/policies.read"}) {
        auto const scope = *parse_scope(text);
        for (auto const interaction : all_interactions()) {
            bool const own = administers(text, interaction);
            for (auto const* type : {"", "Patient", "*", "clients", "check"}) {
                EXPECT_EQ(allows(scope, interaction, type), own)
                    << text << " " << name_of(interaction).text() << " " << type;
            }
        }
    }
}

TEST(Allows, EveryRecordIsNotTheAuditLog) {
    for (auto const interaction : {Interaction::audit_search, Interaction::audit_event,
                                   Interaction::accounting, Interaction::access_report}) {
        EXPECT_FALSE(allows(*parse_scope("system/*.cruds"), interaction, "AuditEvent"));
        EXPECT_FALSE(allows(*parse_scope("system/Patient.cruds"), interaction, "Patient"));
        EXPECT_TRUE(allows(*parse_scope("system/AuditEvent.rs"), interaction, "Patient"));
    }
}

class RandomScopes {
public:
    Scope one() {
        static constexpr std::array<std::string_view, 4> kTypes{"*", "Patient", "Observation",
                                                                "Encounter"};
        static constexpr std::array kContexts{ScopeContext::patient, ScopeContext::user,
                                              ScopeContext::system};
        Scope scope{.context = kContexts[pick(3)], .type = std::string(kTypes[pick(4)])};
        for (auto const member :
             {&Scope::create, &Scope::read, &Scope::update, &Scope::remove, &Scope::search}) {
            scope.*member = pick(2) == 1;
        }
        return scope;
    }
    std::vector<Scope> some() {
        std::vector<Scope> scopes(pick(5), Scope{.context = ScopeContext::system, .type = {}});
        std::ranges::generate(scopes, [&] { return one(); });
        return scopes;
    }

private:
    std::size_t pick(std::size_t choices) { return random_() % choices; }
    std::mt19937 random_{20261124};
};

bool any_allows(std::vector<Scope> const& scopes, ScopeContext context, Interaction interaction,
                std::string_view type) {
    return std::ranges::any_of(scopes, [&](Scope const& scope) {
        return scope.context == context && allows(scope, interaction, type);
    });
}

TEST(Intersect, IsNeverWiderThanEitherSide) {
    RandomScopes random;
    std::size_t permitted = 0;
    for (int round = 0; round < 3000; ++round) {
        auto const asked = random.some();
        auto const registered = random.some();
        auto const granted = intersect(asked, registered);
        for (auto const context :
             {ScopeContext::patient, ScopeContext::user, ScopeContext::system}) {
            for (auto const interaction : all_interactions()) {
                for (auto const* type : {"Patient", "Observation", "Encounter", "Claim"}) {
                    if (!any_allows(granted, context, interaction, type)) continue;
                    ++permitted;
                    ASSERT_TRUE(any_allows(asked, context, interaction, type))
                        << to_text(asked) << " & " << to_text(registered);
                    ASSERT_TRUE(any_allows(registered, context, interaction, type))
                        << to_text(asked) << " & " << to_text(registered);
                }
            }
        }
        // What was granted can be written into a token and read again.
        if (!granted.empty()) {
            ASSERT_EQ(parse_scopes(to_text(granted)), granted);
        }
    }
    EXPECT_GT(permitted, 1000U);  // the property was not empty
}

TEST(Intersect, LetterByLetter) {
    auto const text = [](char const* asked, char const* registered) {
        return to_text(intersect(*parse_scopes(asked), *parse_scopes(registered)));
    };
    EXPECT_EQ(text("system/Patient.rs", "system/*.r"), "system/Patient.r");
    EXPECT_EQ(text("system/Patient.cruds", "system/Patient.r system/*.s"), "system/Patient.rs");
    EXPECT_EQ(text("system/*.cruds", "system/Patient.cruds"), "");  // would be wider
    // The audit log is given by its name alone.
    EXPECT_EQ(text("system/AuditEvent.rs", "system/*.cruds"), "");
    EXPECT_EQ(text("system/AuditEvent.rs", "system/*.cruds system/AuditEvent.r"),
              "system/AuditEvent.r");
    EXPECT_EQ(text("system/Patient.r", "system/Observation.r"), "");
    EXPECT_EQ(text("system/Patient.r", "user/Patient.r"), "");
    EXPECT_EQ(text("system/Patient.r", "patient/*.cruds"), "");
    EXPECT_EQ(text("admin/clients.write", "system/*.cruds"), "");
    EXPECT_EQ(text("system/*.cruds", "admin/clients.write"), "");
    EXPECT_EQ(text("admin/clients.write", "admin/clients.write admin/check.read"),
              "admin/clients.write");
}

}  // namespace
}  // namespace salus::request

// Survey: everything that the policy says to one kind of asker for one purpose, asked act by act
// and type by type, with what comes out alike put together. Pure; values.
#pragma once

#include <string>
#include <vector>

#include "authorization/judgement.h"

namespace salus::authorization {

// Who asks, and about whose records. Everybody is asked as who signed in just now, as well as can
// be, and at work (circumstances.h); what less is good for, the lines say.
struct Asker {
    request::RoleNames roles;
    request::PurposeOfUse purpose = request::PurposeOfUse::treatment;
    bool is_person = true;
    bool own = false;        // about records of the patient who asks; else about those of others
    bool care = false;       // about patients in whose care they take part
    bool emergency = false;  // a person declared one for the patient in question
};

// What is permitted alike.
struct SurveyLine {
    std::vector<Literal> acts;
    std::vector<std::string> names;  // of types, or of functions; sorted
    bool is_function = false;
    std::string elements;  // in words; empty: acts that open none
    std::string duties;    // sign-in and others, in words; empty: none
    friend bool operator==(SurveyLine const&, SurveyLine const&) = default;
};

[[nodiscard]] std::vector<SurveyLine> survey(Policy const& policy, TenantName const& tenant,
                                             Asker const& asker, WallTime now);

}  // namespace salus::authorization

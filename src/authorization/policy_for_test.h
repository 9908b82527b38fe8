// For this room's tests: a policy in which treatment may do everything, payment sees little of
// patients and encounters and writes claims, and administration sees no patient. Included by tests
// only.
#pragma once

#include "authorization/decide.h"
#include "request/caller_for_test.h"
#include "request/intent_for_test.h"

namespace salus::authorization {

using request::Interaction;
using request::PurposeOfUse;
using testing::facts_of_caller;
using testing::facts_of_intent;

inline constexpr auto kTreat = PurposeOfUse::treatment;
inline constexpr auto kPay = PurposeOfUse::payment;
inline constexpr auto kAdministrate = PurposeOfUse::system_administration;

inline constexpr WallTime kNow{std::chrono::seconds(1'795'421'730)};

class NobodyCares : public request::CareRelationships {
public:
    Result<bool> hold(std::string_view, CompartmentId const&) override { return false; }
};

inline AllowedTypes types(std::vector<std::string> names) {
    std::ranges::sort(names);
    return {.all = false, .names = std::move(names)};
}
inline AllowedTypes every_type() {
    return {.all = true, .names = {}};
}

inline PurposeRule treatment_rule() {
    return {.id = PolicyRuleId("policy.TREAT"),
            .purpose = PurposeOfUse::treatment,
            .read = every_type(),
            .write = every_type(),
            .remove = every_type(),
            .elements = {}};
}
inline PurposeRule payment_rule() {
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
inline PurposeRule administration_rule() {
    return {.id = PolicyRuleId("policy.SYSADMIN"),
            .purpose = PurposeOfUse::system_administration,
            .read = {},
            .write = {},
            .remove = {},
            .elements = {},
            .other_elements = {}};
}

inline PurposeTable test_purposes() {
    return {.rules = {treatment_rule(), payment_rule(), administration_rule()}};
}
inline Policy test_policy() {
    return Policy(test_purposes());
}

}  // namespace salus::authorization

#include "authorization/policy.h"

#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <set>

namespace salus::authorization {
namespace {

using request::PurposeOfUse;

PurposeRule payer_rule() {
    PurposeRule rule{.id = PolicyRuleId("policy.HPAYMT"),
                     .purpose = PurposeOfUse::payment,
                     .read = {.all = false, .names = {"Claim", "Patient"}},
                     .write = {.all = false, .names = {"Claim"}},
                     .remove = {},
                     .elements = {}};
    rule.elements["Patient"] = {.all = false, .names = {"birthDate", "name"}};
    return rule;
}
PurposeTable two_rules() {
    PurposeRule const treatment{.id = PolicyRuleId("policy.TREAT"),
                                .purpose = PurposeOfUse::treatment,
                                .read = {.all = true, .names = {}},
                                .write = {},
                                .remove = {},
                                .elements = {}};
    return {.rules = {treatment, payer_rule()}};
}

TEST(PolicyHash, IsTheSameForTheSamePolicy) {
    EXPECT_EQ(Policy(two_rules()).hash(), Policy(two_rules()).hash());
}

TEST(PolicyHash, ChangesWithAnyChange) {
    using Change = std::function<void(PurposeRule&)>;
    std::vector<Change> const changes{
        [](PurposeRule& r) { r.id = PolicyRuleId("policy.HPAYMT2"); },
        [](PurposeRule& r) { r.purpose = PurposeOfUse::research; },
        [](PurposeRule& r) { r.read.all = true; },
        [](PurposeRule& r) { r.read.names.pop_back(); },
        [](PurposeRule& r) { r.read.names = {"ClaimPatient"}; },
        [](PurposeRule& r) { r.read.names.swap(r.write.names); },
        [](PurposeRule& r) { r.write.names.clear(); },
        [](PurposeRule& r) { r.write.names.emplace_back("Patient"); },
        [](PurposeRule& r) { r.write.all = true; },
        [](PurposeRule& r) { r.remove.all = true; },
        [](PurposeRule& r) { r.remove.names = {"Claim"}; },
        [](PurposeRule& r) { r.remove.names.swap(r.write.names); },
        [](PurposeRule& r) { r.reach = request::Reach::population; },
        [](PurposeRule& r) { r.elements.clear(); },
        [](PurposeRule& r) { r.elements["Claim"]; },
        [](PurposeRule& r) { r.elements["Patient"].all = true; },
        [](PurposeRule& r) { r.elements["Patient"].names = {"birthDatename"}; },
        [](PurposeRule& r) { r.elements["Patient"].names.emplace_back("photo"); },
        [](PurposeRule& r) { r.elements["Claim"] = r.elements.extract("Patient").mapped(); },
        [](PurposeRule& r) { r.other_elements.all = false; },
        [](PurposeRule& r) { r.other_elements = {.all = false, .names = {"name"}}; },
        [](PurposeRule& r) { r.sign_ins.read.least = Assurance::phishing_resistant; },
        [](PurposeRule& r) { r.sign_ins.read.max_age = std::chrono::seconds(1); },
        [](PurposeRule& r) { r.sign_ins.write.least = Assurance::phishing_resistant; },
        [](PurposeRule& r) { r.sign_ins.write.max_age = std::chrono::seconds(1); },
        [](PurposeRule& r) { r.sign_ins.administration.least = Assurance::phishing_resistant; },
        [](PurposeRule& r) { r.sign_ins.administration.max_age = std::chrono::seconds(1); },
    };
    std::set<crypto::Sha256Digest> hashes{Policy(two_rules()).hash(), Policy().hash()};
    for (auto const& change : changes) {
        auto table = two_rules();
        change(table.rules[1]);
        hashes.insert(Policy(table).hash());
    }
    auto one_rule_less = two_rules();
    one_rule_less.rules.pop_back();
    hashes.insert(Policy(one_rule_less).hash());
    EXPECT_EQ(hashes.size(), changes.size() + 3);
}

// Of each text what is wrong with it, and where.
TEST(Policy, WhatIsNotUnderstoodIsRefused) {
    struct Row {
        char const* text;
        std::uint32_t line;
        char const* says;
    };
    static constexpr std::array kRows{
        Row{"permit(principal, action, resource);", 1, "a rule needs an @id"},
        Row{"@id(\"a\") permit(principal, action, resource);\n"
            "@id(\"a\") permit(principal, action, resource);",
            2, "another policy has the id 'a' already"},
        Row{"@id(\"a\") @fields(\"name\") forbid(principal, action, resource);", 1,
            "@fields means nothing here"},
        Row{"@id(\"a\") @redact(\"name\") permit(principal, action, resource);", 1,
            "@redact means nothing here"},
        Row{"@id(\"a\") @obligate(\"tell-somebody\")\n"
            "permit(principal, action == Action::\"limit\", resource);",
            1, "not a duty that is understood: tell-somebody"},
        Row{"@id(\"a\") @obligate(\"sign-in:sms:5\")\n"
            "permit(principal, action == Action::\"limit\", resource);",
            1, "not a duty that is understood: sign-in:sms:5"},
        Row{"@id(\"a\") forbid(principal, action == Action::\"limit\", resource);", 1,
            "a limit is a permit, never a forbid"},
        Row{"@id(\"a\") @colour(\"red\") permit(principal, action, resource);", 1,
            "@colour means nothing here"},
        Row{"@id(\"a b\") permit(principal, action, resource);", 1,
            "@id must be up to 128 visible ASCII characters"},
        Row{"@id(\"a\") permit(principal, action, resource)\nwhen { resource.colours.isEmpty() };",
            2, "the server does not know resource.colours"},
    };
    for (auto const& [text, line, says] : kRows) {
        auto const policy = Policy::parse(text);
        ASSERT_FALSE(policy) << text;
        EXPECT_EQ(policy.error().front().text, says);
        EXPECT_EQ(policy.error().front().position.line, line) << text;
    }
}

}  // namespace
}  // namespace salus::authorization

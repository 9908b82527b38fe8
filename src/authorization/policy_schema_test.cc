#include "authorization/policy_schema.h"

#include <array>
#include <gtest/gtest.h>

#include "request/purpose_of_use.h"

namespace salus::authorization {
namespace {

// What decision_facts.cc rests on.
TEST(PolicySchema, PersonsAndServicesAndAllActionsAreDeclaredAlike) {
    auto const& schema = policy_schema();
    ASSERT_FALSE(schema.actions().empty());
    EXPECT_EQ(to_text(*schema.entity_type("User")->attributes),
              to_text(*schema.entity_type("Service")->attributes));
    auto const* read = schema.action({"Action", "read"});
    ASSERT_NE(read, nullptr);
    for (auto const& [uid, action] : schema.actions())
        EXPECT_EQ(to_text(*action.context), to_text(*read->context)) << uid.id;
}

TEST(PolicySchema, WhatDoesNotKeepToItIsRefusedWithItsPlace) {
    struct Row {
        char const* text;
        cedar::Position position;
    };
    constexpr std::array kRows{
        // A misspelled role is none that anybody has, but a type that is not declared is found.
        Row{"@id(\"a\") permit(principal in Roles::\"nurse\", action, resource);", {1, 29}},
        Row{"@id(\"a\") permit(principal, action == Action::\"red\", resource);", {1, 38}},
        Row{"@id(\"a\") permit(principal, action, resource is Record)\n"
            "when { context.hour == \"10\" };",
            {2, 8}},
        Row{"@id(\"a\") permit(principal, action, resource is Record)\n"
            "when { resource.locations == \"Location/ward\" };",
            {2, 8}},
        Row{"@id(\"a\") permit(principal, action, resource is Function)\n"
            "when { resource.own };",
            {2, 8}},
        // Never true, and fits no request: it would protect nothing.
        Row{"@id(\"a\") forbid(principal, action, resource) when { false };", {1, 1}},
        Row{"@id(\"a\") forbid(principal, action == Action::\"read\", resource is Function);",
            {1, 1}},
    };
    for (auto const& [text, position] : kRows) {
        EXPECT_TRUE(Policy::parse(text)) << text;
        auto const policy = read_and_validate(text);
        ASSERT_FALSE(policy) << text;
        EXPECT_EQ(policy.error().front().position.line, position.line) << text;
        EXPECT_TRUE(policy.error().front().text.starts_with("a: ")) << policy.error().front().text;
    }
    EXPECT_FALSE(read_and_validate("permit("));
}

TEST(PolicySchema, WhatIsGuardedPasses) {
    EXPECT_TRUE(read_and_validate(
        "@id(\"a\") permit(principal, action, resource is Record)\n"
        "when { resource has locations && resource.locations.contains(\"Location/ward\") };"));
}

TEST(PolicySchema, MessagesAreBounded) {
    std::string text;
    for (std::size_t i = 0; i < 2 * kSchemaMessagesMost; ++i)
        text += "@id(\"r" + std::to_string(i) +
                "\") forbid(principal, action, resource) "
                "when { context.hour == \"x\" };\n";
    auto const policy = read_and_validate(text);
    ASSERT_FALSE(policy);
    EXPECT_EQ(policy.error().size(), kSchemaMessagesMost);
}

// The tables [policy.*], whatever they say.
TEST(PolicySchema, GeneratedPoliciesOfPurposesKeepToIt) {
    std::vector<AllowedTypes> const some_types{
        {.all = false, .names = {}},
        {.all = true, .names = {}},
        {.all = false, .names = {"Claim", "Patient"}},
        {.all = false, .names = {"AuditEvent"}},
    };
    std::vector<request::AllowedElements> const some_elements{
        {.all = true, .names = {}}, {.all = false, .names = {}}, {.all = false, .names = {"name"}}};
    for (auto const purpose : request::all_purposes()) {
        for (std::size_t i = 0; i < 48; ++i) {
            PurposeRule rule{.id = PolicyRuleId("purpose:" + std::to_string(i)),
                             .purpose = purpose,
                             .read = some_types[i % 4],
                             .write = some_types[(i + 1) % 4],
                             .remove = some_types[(i / 4) % 4],
                             .elements = {},
                             .other_elements = some_elements[i % 3]};
            if (i % 2 == 1) rule.reach = request::Reach::population;
            if (i >= 16) rule.elements["Patient"] = some_elements[(i / 16) % 3];
            if (i >= 32) rule.elements["Claim"] = some_elements[(i / 8) % 3];
            if (i % 5 == 0) rule.sign_ins.read.least = Assurance::phishing_resistant;
            auto const messages = validate(Policy(PurposeTable{.rules = {rule}}));
            EXPECT_TRUE(messages.empty())
                << i << " " << (messages.empty() ? "" : messages.front().text);
        }
    }
}

}  // namespace
}  // namespace salus::authorization

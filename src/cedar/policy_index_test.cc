// For heads at random: the policies that are found are those whose heads hold, each once, asked one
// by one of the entities.
#include <algorithm>
#include <gtest/gtest.h>

#include "cedar/policy_set.h"
#include "cedar/random_policies_for_test.h"
#include "cedar/values_for_test.h"

namespace salus::cedar {
namespace {

constexpr std::size_t kHeadSets = 1'500;

// Two groups hold one action, a group holds a group, and a type's name stands in two heads.
EntityTable grouped_entities() {
    return EntityTable(
        {{.uid = uid("User", "ada"), .parents = {uid("Role", "nurse"), uid("Role", "clerk")}},
         {.uid = uid("Service", "lab")},
         {.uid = uid("Record", "r1"), .parents = {uid("Type", "Observation")}},
         {.uid = uid("Type", "Observation"), .parents = {uid("TypeGroup", "clinical")}},
         {.uid = uid("TypeGroup", "clinical"), .parents = {uid("TypeGroup", "all")}},
         {.uid = uid("Action", "read"), .parents = {uid("Action", "look"), uid("Action", "any")}},
         {.uid = uid("Action", "search"), .parents = {uid("Action", "look")}}});
}

std::string random_head(RandomPolicies& random) {
    auto const principal =
        random.one_of({"principal", "principal == User::\"ada\"", "principal in Role::\"nurse\"",
                       "principal in User::\"ada\"", "principal is User", "principal is Service",
                       "principal is User in Role::\"clerk\"",
                       "principal is Service in Role::\"clerk\"", "principal in Role::\"nobody\""});
    auto const action = random.one_of(
        {"action", R"(action == Action::"read")", R"(action in Action::"read")",
         R"(action in Action::"look")", R"(action in [Action::"look", Action::"any"])",
         R"(action in [Action::"read", Action::"read", Action::"search"])",
         R"(action in [Action::"search", Action::"limit"])"});
    auto const resource = random.one_of(
        {"resource", "resource == Record::\"r1\"", "resource in Type::\"Observation\"",
         "resource in TypeGroup::\"all\"", "resource in Record::\"r1\"", "resource is Record",
         "resource is Type", "resource is Record in TypeGroup::\"clinical\"",
         "resource is Type in TypeGroup::\"clinical\"", "resource is Record in Type::\"Patient\""});
    return principal + ", " + action + ", " + resource;
}

bool head_holds(Scope const& scope, EntityUid const& uid, Entities const& entities) {
    auto const in_any = std::ranges::any_of(
        scope.entities, [&](EntityUid const& other) { return entities.is_in(uid, other); });
    switch (scope.form) {
        case ScopeForm::any: return true;
        case ScopeForm::equal: return uid == scope.entities.front();
        case ScopeForm::in: return in_any;
        case ScopeForm::is: return uid.type == scope.type;
        case ScopeForm::is_in: return uid.type == scope.type && in_any;
    }
    return false;
}

TEST(CedarPolicyIndex, FindsThePoliciesWhoseHeadsHold) {
    RandomPolicies random(20261128);
    auto const entities = grouped_entities();
    Record const context;
    std::size_t found = 0;
    for (std::size_t made = 0; made < kHeadSets; ++made) {
        std::string text;
        for (auto count = random.below(12) + 1; count > 0; --count)
            text += "permit(" + random_head(random) + ");\n";
        auto const policies = PolicySet::parse(text);
        ASSERT_TRUE(policies) << text << policies.error().front().text;
        auto const principal =
            random.below(2) == 0 ? uid("User", "ada") : uid("Service", random.one_of({"lab", "x"}));
        auto const action = uid("Action", random.one_of({"read", "search", "limit", "other"}));
        auto const resource = random.below(3) == 0 ? uid("Type", "Observation")
                                                   : uid("Record", random.one_of({"r1", "r2"}));
        std::vector<std::uint32_t> expected;
        for (std::uint32_t at = 0; at < policies->policies().size(); ++at) {
            auto const& policy = policies->policies()[at];
            if (head_holds(policy.principal, principal, entities) &&
                head_holds(policy.action, action, entities) &&
                head_holds(policy.resource, resource, entities))
                expected.push_back(at);
        }
        auto const answer = policies->evaluate({principal, action, resource, context}, entities);
        EXPECT_EQ(answer.satisfied, expected) << text;
        found += expected.size();
    }
    EXPECT_GT(found, kHeadSets / 2);
}

// More ancestors than are kept at hand.
TEST(CedarPolicyIndex, FindsAmongManyAncestors) {
    std::string text;
    std::vector<EntityUid> roles;
    for (int number = 0; number < 40; ++number) {
        roles.push_back(uid("Role", "r" + std::to_string(number)));
        text += "permit(principal in Role::\"r" + std::to_string(number) +
                "\", action, resource) when { principal in [Role::\"r" + std::to_string(number) +
                "\", Role::\"other\"] };\n";
    }
    EntityTable const entities({{.uid = uid("User", "ada"), .parents = roles}});
    auto const policies = PolicySet::parse(text);
    ASSERT_TRUE(policies);
    auto const principal = uid("User", "ada");
    auto const action = uid("Action", "read");
    auto const resource = uid("Record", "r1");
    EXPECT_EQ(
        policies->evaluate({principal, action, resource, Record()}, entities).satisfied.size(),
        40U);
    auto const other = uid("User", "bob");
    EXPECT_TRUE(
        policies->evaluate({other, action, resource, Record()}, entities).satisfied.empty());
}

}  // namespace
}  // namespace salus::cedar

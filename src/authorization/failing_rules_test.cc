// P6: a rule that fails to evaluate. Cedar passes it over; here a permit opens nothing, a forbid
// forbids and a limit denies (docs/handbook/policies.md).
#include <array>
#include <gtest/gtest.h>
#include <string>

#include "authorization/policy_for_test.h"

namespace salus::authorization {
namespace {

constexpr std::string_view kPermit =
    R"(@id("all") @fields("*") permit(principal, action, resource) when {context.purpose == "TREAT"};)";
// A record without an Encounter has no such attribute; a sum that is too large.
constexpr std::array<std::string_view, 2> kFailing{R"(resource.location == "ward")",
                                                   "9223372036854775807 + 1 > 0"};

Decision decided_under(std::string const& rules) {
    auto const policy = Policy::parse(rules);
    EXPECT_TRUE(policy) << (policy ? "" : policy.error().front().text);
    if (!policy) return {};
    return decide(*policy, facts_of_caller("system/*.rs", kTreat),
                  facts_of_intent(Interaction::read, "Observation"), kNow);
}

TEST(FailingRules, AForbidThatErrsForbidsP6) {
    ASSERT_TRUE(decided_under(std::string(kPermit)).allowed);
    for (auto const failing : kFailing) {
        auto const condition = std::string(" when {") + std::string(failing) + "};";
        auto const decision =
            decided_under(std::string(kPermit) +
                          R"(@id("wall") forbid(principal, action, resource))" + condition);
        EXPECT_FALSE(decision.allowed) << failing;
        ASSERT_EQ(decision.rules.size(), 1U);
        EXPECT_EQ(decision.rules.front(), PolicyRuleId("wall"));
    }
}

TEST(FailingRules, ALimitThatErrsDeniesP6) {
    for (auto const failing : kFailing) {
        auto const condition = std::string(" when {") + std::string(failing) + "};";
        EXPECT_FALSE(decided_under(std::string(kPermit) +
                                   R"(@id("less") @redact("value")
                             permit(principal, action == Action::"limit", resource))" +
                                   condition)
                         .allowed)
            << failing;
    }
}

TEST(FailingRules, APermitThatErrsOpensNothingP6) {
    for (auto const failing : kFailing) {
        auto const condition = std::string(" when {") + std::string(failing) + "};";
        EXPECT_FALSE(
            decided_under(R"(@id("some") @fields("*") permit(principal, action, resource))" +
                          condition)
                .allowed)
            << failing;
    }
}

}  // namespace
}  // namespace salus::authorization

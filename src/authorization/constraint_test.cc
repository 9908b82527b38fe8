// Granular scopes and the policy: what may not be searched by does not constrain.
#include <gtest/gtest.h>

#include "authorization/policy_for_test.h"
#include "fhir/material_for_test.h"

namespace salus::authorization {
namespace {

bool allowed(char const* scopes, PurposeOfUse purpose, Interaction interaction = Interaction::read,
             char const* type = "Patient") {
    return decide(test_policy(), facts_of_caller(scopes, purpose),
                  facts_of_intent(interaction, type), kNow)
        .allowed;
}

TEST(Constraint, ByWhatThePurposeWithholdsPermitsNothing) {
    EXPECT_TRUE(allowed("system/Patient.rs?gender=female", kTreat));
    for (auto const* scopes : {"system/Patient.rs?gender=female", "system/Patient.rs?active=true",
                               "system/Patient.rs?birthdate=lt1980&gender=female",
                               "system/Patient.rs?gender:missing=true"}) {
        for (auto const interaction : {Interaction::read, Interaction::search_type})
            EXPECT_FALSE(allowed(scopes, kPay, interaction)) << scopes;
    }
    EXPECT_TRUE(allowed("system/Patient.rs?birthdate=lt1980", kPay));
    // Meta always leaves.
    EXPECT_TRUE(allowed("system/Patient.rs?_tag=x", kPay));
    EXPECT_TRUE(allowed("system/*.rs?_security=x", kPay));
    EXPECT_TRUE(allowed("system/Claim.rs?status=active", kPay, Interaction::read, "Claim"));
    EXPECT_FALSE(allowed("system/Encounter.rs?type=x", kPay, Interaction::read, "Encounter"));
    EXPECT_TRUE(allowed("system/Encounter.rs?status=x", kPay, Interaction::read, "Encounter"));
}

TEST(Constraint, NorDoesItAddToWhatOtherScopesPermit) {
    auto const policy = test_policy();
    NobodyCares care;
    Authorization const authorization(policy, care);
    request::Exchange exchange;
    exchange.started = kNow;
    exchange.facts.caller = testing::make_caller(
        facts_of_caller("system/Patient.r?gender=female system/Patient.r?birthdate=lt1980", kPay));
    auto const permit = authorization.permit(
        exchange, testing::make_intent(facts_of_intent(Interaction::read, "Patient")));
    ASSERT_TRUE(permit);
    auto const left = [&](char const* json) {
        auto const resource = fhir::resource_of(json);
        auto entry = fhir::make_index_entry(resource.view(), kNow).value();
        auto const bytes = std::move(entry).take(testing::EphiTestAccess::access());
        return permit->constraints()
                   .leave(Interaction::read, fhir::EntryView::decode(bytes).value(),
                          CompartmentId(), false, "")
                   .value() == request::Left::yes;
    };
    EXPECT_TRUE(left(R"({"resourceType":"Patient","id":"a","birthDate":"1970-01-01"})"));
    EXPECT_FALSE(left(R"({"resourceType":"Patient","id":"b","gender":"female"})"));
}

TEST(Constraint, RulesNameAScopeThatLeavesAllOrElseEachGranularOne) {
    auto const rules = [](char const* scopes) {
        return decide(test_policy(), facts_of_caller(scopes, kTreat),
                      facts_of_intent(Interaction::read, "Patient"), kNow)
            .rules;
    };
    EXPECT_EQ(rules("system/Patient.r?gender=male system/*.r").front().text(), "scope:system/*.r");
    auto const both = rules("system/Patient.r?gender=male system/Patient.r?active=true");
    ASSERT_EQ(both.size(), 3U);
    for (auto const& rule : std::span(both).first(2)) {
        EXPECT_TRUE(rule.text().starts_with("scope:system/Patient.r?#")) << rule.text();
        EXPECT_FALSE(rule.text().contains("male"));
    }
    EXPECT_NE(both[0], both[1]);
}

}  // namespace
}  // namespace salus::authorization

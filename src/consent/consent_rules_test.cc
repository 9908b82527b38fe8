#include "consent/consent_rules.h"

#include <gtest/gtest.h>

#include "consent/consent_for_test.h"

namespace salus::consent::testing {
namespace {

std::string consent(std::string const& provision) {
    return R"({"resourceType":"Consent","id":"c1","status":"active",
        "scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
        "policy":[{"uri":"https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],
        "provision":)" +
           provision + "}";
}

ConsentDecision decide(std::string const& provision) {
    Consents consents;
    consents.add(consent(provision));
    RequestFacts request;
    request.now = kNow;
    return consents.rules().decide(request);
}

Needs needs(std::string const& exception) {
    auto const decision =
        decide(R"({"type":"permit","provision":[{"type":"deny",)" + exception + "}]}");
    EXPECT_EQ(decision.outcome(), Outcome::permit_with_filter) << exception;
    return decision.needs();
}

TEST(ConsentDecision, SaysWhatItsFilterLooksAt) {
    EXPECT_TRUE(decide(R"({"type":"permit"})").needs().nothing());
    EXPECT_TRUE(needs(R"("class":[{"system":"http://hl7.org/fhir/resource-types","code":"Claim"}])")
                    .nothing());
    EXPECT_TRUE(
        needs(R"("data":[{"meaning":"instance","reference":{"reference":"Claim/1"}}])").nothing());
    EXPECT_EQ(
        needs(R"("data":[{"meaning":"authoredby","reference":{"reference":"Practitioner/1"}}])"),
        Needs{.references = true});
    EXPECT_EQ(needs(R"("dataPeriod":{"start":"2022"})"), Needs{.time = true});
    EXPECT_EQ(needs(R"("code":[{"coding":[{"system":"s","code":"c"}]}])"), Needs{.codes = true});
    EXPECT_EQ(needs(R"("securityLabel":[{"system":"s","code":"c"}])"), Needs{.labels = true});
    // What is not about this request is not looked at.
    EXPECT_TRUE(
        decide(R"({"type":"permit","provision":[{"type":"deny","dataPeriod":{"start":"2022"},
        "purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HMARKT"}]}]})")
            .needs()
            .nothing());
}

TEST(ConsentRules, NameWhatHasToBeKnownOfRelations) {
    Consents consents;
    consents.add(consent(R"({"type":"permit","provision":[{"type":"deny",
        "data":[{"meaning":"related","reference":{"reference":"Encounter/e"}}]}]})"));
    EXPECT_EQ(consents.rules().related(), std::vector<std::string>{"Encounter/e"});
    EXPECT_TRUE(Consents().rules().related().empty());
    EXPECT_TRUE(Consents().rules().empty());
}

TEST(ConsentRules, TimeIsThatOfTheRequest) {
    Consents consents;
    consents.add(consent(R"({"type":"permit","period":{"end":"2026-06-01"}})"));
    auto const rules = consents.rules();
    RequestFacts request;
    request.now = kNow;
    EXPECT_EQ(rules.decide(request).outcome(), Outcome::permit);
    request.now += std::chrono::hours(12);
    EXPECT_EQ(rules.decide(request).outcome(), Outcome::deny);
}

// HL7's examples: none is misread as a permission. Those with an untyped rule and conditions cannot
// be told from their opposite; the others expired.
TEST(ConsentRules, ExamplesOfHl7PermitNothing) {
    std::size_t seen = 0;
    for (auto const& file : fhir::material("hl7-r4-examples-dev/resources")) {
        if (!file.filename().string().starts_with("Consent-")) continue;
        ++seen;
        Consents consents;
        consents.add(fhir::read_text(file));
        RequestFacts request;
        request.now = kNow;
        EXPECT_EQ(consents.rules().decide(request).outcome(), Outcome::deny) << file;
    }
    if (seen == 0) GTEST_SKIP() << "no examples on this machine";
    EXPECT_EQ(seen, 8U);
}

}  // namespace
}  // namespace salus::consent::testing

// Labels that consents open to somebody: by name, for this purpose, to this person, for the whole
// record, and while nothing denies it (42 CFR 2.31, 45 CFR 164.508).
#include "consent/released_labels.h"

#include <gtest/gtest.h>

#include "consent/consent_for_test.h"

namespace salus::consent::testing {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kTreat =
    R"("purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}])";

std::string label(std::string_view code, std::string_view system = kActCode) {
    return R"({"system":")" + std::string(system) + R"(","code":")" + std::string(code) + R"("})";
}
std::string labels(std::string const& codings) {
    return R"("securityLabel":[)" + codings + "]";
}
std::string consent_of(std::string const& provision, std::string const& status = "active") {
    return R"({"resourceType":"Consent","id":"c","status":")" + status +
           R"(","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope",)"
           R"("code":"patient-privacy"}]},"category":[{"coding":[{"system":"http://loinc.org",)"
           R"("code":"59284-0"}]}],"patient":{"reference":"Patient/p"},"dateTime":"2026-01-10",)"
           R"("policy":[{"uri":"https://profiles.ihe.net/ITI/PCF/Policy-all-normal"}],)"
           R"("provision":{)" +
           provision + "}}";
}

RequestFacts request() {
    RequestFacts request;
    request.now = kNow;
    request.actors = {"Practitioner/anna"};
    return request;
}

Names released(std::vector<std::string> const& texts, RequestFacts const& facts = request()) {
    Consents consents;
    for (auto const& text : texts) consents.add(text);
    Names const asked{"42CFRPart2", "HIV", "PSY", "PSYTHPN", "R", "V"};
    return consents.rules().decide(facts).released(asked);
}
Names released_by(std::string const& provision) {
    return released({consent_of(provision)});
}

std::string permit(std::string const& rest) {
    return R"("type":"permit",)" + rest;
}

TEST(ReleasedLabels, AreThoseThatAConsentNames) {
    EXPECT_EQ(released({}), Names());
    EXPECT_EQ(released_by(permit(labels(label("PSY")))), Names{"PSY"});
    EXPECT_EQ(released_by(permit(labels(label("PSY") + "," + label("HIV")))),
              (Names{"HIV", "PSY"}));
    EXPECT_EQ(released_by(permit(labels(label("42CFRPart2")))), Names{"42CFRPart2"});
    // A general consent to treatment names none.
    EXPECT_EQ(released_by(permit(std::string(kTreat))), Names());
    // Beside the general one.
    EXPECT_EQ(
        released_by(permit(R"("provision":[{"type":"permit",)" + labels(label("PSY")) + "}]")),
        Names{"PSY"});
}

TEST(ReleasedLabels, OfBroaderOnesNotWhatHasToBeNamed) {
    // Behavioural health covers PSY, and neither Part 2 nor psychotherapy notes.
    EXPECT_EQ(released_by(permit(labels(label("BH")))), Names{"PSY"});
    EXPECT_EQ(released_by(permit(labels(label("ETH")))), Names());
}

TEST(ReleasedLabels, LevelsAreLevels) {
    EXPECT_EQ(released_by(permit(labels(label("R", kConfidentialityCodes)))), Names{"R"});
    EXPECT_EQ(released_by(permit(labels(label("V", kConfidentialityCodes)))), (Names{"R", "V"}));
    EXPECT_EQ(released_by(permit(labels(label("N", kConfidentialityCodes)))), Names());
}

TEST(ReleasedLabels, ForWhoAsksAndWhatFor) {
    auto const psy = labels(label("PSY"));
    EXPECT_EQ(released_by(permit(psy + "," + std::string(kTreat))), Names{"PSY"});
    auto payment = request();
    payment.purpose = request::PurposeOfUse::payment;
    EXPECT_EQ(released({consent_of(permit(psy + "," + std::string(kTreat)))}, payment), Names());
    auto const to_anna = permit(
        psy + R"(,"actor":[{"role":{"coding":[{"system":)"
              R"("http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},)"
              R"("reference":{"reference":"Practitioner/anna"}}])");
    EXPECT_EQ(released_by(to_anna), Names{"PSY"});
    auto bob = request();
    bob.actors = {"Practitioner/bob"};
    EXPECT_EQ(released({consent_of(to_anna)}, bob), Names());
}

TEST(ReleasedLabels, NotOfWhatIsLimitedOrOver) {
    auto const psy = labels(label("PSY"));
    EXPECT_EQ(
        released_by(permit(psy + R"(,"class":[{"system":"http://hl7.org/fhir/resource-types",)"
                                 R"("code":"Observation"}])")),
        Names());
    EXPECT_EQ(released_by(permit(psy + R"(,"dataPeriod":{"start":"2022-01","end":"2022-12"})")),
              Names());
    EXPECT_EQ(released_by(permit(psy + R"(,"period":{"start":"2020-01","end":"2021-01"})")),
              Names());
    EXPECT_EQ(released({consent_of(permit(psy), "inactive")}), Names());
}

TEST(ReleasedLabels, ADenialOfAnyConsentHolds) {
    auto const psy = consent_of(permit(labels(label("PSY"))));
    EXPECT_EQ(released({psy, consent_of(R"("type":"deny",)" + labels(label("PSY")))}), Names());
    EXPECT_EQ(released({psy, consent_of(R"("type":"deny",)" + labels(label("BH")))}), Names());
    EXPECT_EQ(released({psy, consent_of(R"("type":"deny",)" + labels(label("HIV")))}),
              Names{"PSY"});
    EXPECT_EQ(released({psy, consent_of(R"("type":"deny")")}), Names());
    // Of some records: these are denied when they are met.
    EXPECT_EQ(
        released({psy, consent_of(R"("type":"deny","dataPeriod":{"start":"2022","end":"2022"})")}),
        Names{"PSY"});
    // One that cannot be read might deny.
    Consents consents;
    consents.add(psy);
    EXPECT_EQ(consents.rules({}, 1).decide(request()).released(Names{"PSY"}), Names());
}

}  // namespace
}  // namespace salus::consent::testing

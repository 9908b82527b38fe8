#include "consent/labels.h"

#include <gtest/gtest.h>
#include <set>

#include "consent/consent_for_test.h"
#include "consent/sensitivity_table.h"

namespace salus::consent::testing {
namespace {

using Codes = std::vector<std::string>;

Code act(std::string code) {
    return {std::string(kActCode), std::move(code)};
}
Code level(std::string code) {
    return {std::string(kConfidentialityCodes), std::move(code)};
}

Codes labels(std::vector<Code> const& marks, std::vector<Code> const& mentions = {}) {
    return labels_from(marks, mentions).codes();
}

TEST(Labels, AreTheKnownOnesAndWhatIsRestricted) {
    EXPECT_EQ(labels({}), Codes{});
    EXPECT_EQ(labels({level("N")}), Codes{});
    EXPECT_EQ(labels({level("R")}), Codes{"R"});
    EXPECT_EQ(labels({level("V"), level("N")}), Codes{"V"});
    EXPECT_EQ(labels({act("PSY"), act("HIV"), act("PSY")}), (Codes{"HIV", "PSY", "R"}));
    EXPECT_EQ(labels({act("42CFRPart2")}), (Codes{"42CFRPart2", "R"}));
    EXPECT_EQ(labels({{"http://hl7.org/fhir/v3/ActCode", "SDV"}}), (Codes{"R", "SDV"}));
    // Restricted for a reason that is not known here.
    EXPECT_EQ(labels({act("DEMO")}), Codes{"R"});
}

TEST(Labels, WhatCannotBeReadIsVeryRestricted) {
    EXPECT_EQ(labels({Code{}}), Codes{"V"});
    EXPECT_EQ(labels({{"", "N"}}), Codes{"V"});
    EXPECT_EQ(labels({level("X")}), Codes{"V"});
    EXPECT_EQ(facts(R"({"resourceType":"Basic","id":"b","meta":{"security":"R"}})").labels.codes(),
              Codes{"V"});
    // A label of the operator's own says nothing here.
    EXPECT_EQ(labels({{"https://hospital.example", "x"}}), Codes{});
}

TEST(Labels, AreDerivedFromCodes) {
    std::string const icd = "http://hl7.org/fhir/sid/icd-10-cm";
    EXPECT_EQ(labels({}, {{icd, "F10.20"}}), (Codes{"ETHUD", "R"}));
    EXPECT_EQ(labels({}, {{icd, "F1020"}}), (Codes{"ETHUD", "R"}));
    EXPECT_EQ(labels({}, {{icd, "B20"}}), (Codes{"HIV", "R"}));
    EXPECT_EQ(labels({}, {{icd, "F17.210"}}), Codes{});  // nicotine
    EXPECT_EQ(labels({}, {{icd, "E11.9"}}), Codes{});
    EXPECT_EQ(labels({}, {{"http://snomed.info/sct", "7200002"}}), (Codes{"ETHUD", "R"}));
    EXPECT_EQ(labels({}, {{"http://snomed.info/sct", "72000021"}}), Codes{});
    EXPECT_EQ(labels({}, {{"http://loinc.org", "7200002"}}), Codes{});
    EXPECT_EQ(labels({level("N")}, {{"http://loinc.org", "44249-1"}}), (Codes{"PSY", "R"}));
}

TEST(Labels, OfOneCodeAreThatOfTheTableAndTheBroaderOnes) {
    using Names = std::vector<std::string_view>;
    EXPECT_EQ(sensitivities_of("http://loinc.org", "25836-8"), Names{"HIV"});
    EXPECT_EQ(sensitivities_of("http://hl7.org/fhir/sid/icd-10-cm", "A51.0"),
              (Names{"STD", "SEX"}));
    EXPECT_EQ(sensitivities_of("http://loinc.org", "11510-5"),
              (Names{"PSYTHPN", "PSY", "MH", "BH"}));
    // A programme for substance use disorders is known by its mark alone.
    EXPECT_EQ(sensitivities_of("http://snomed.info/sct", "75544000"),
              (Names{"OPIOIDUD", "SUD", "ETH", "BH"}));
    for (auto const* system : {"", "http://snomed.info/sct", "urn:x"})
        EXPECT_EQ(sensitivities_of(system, "25836-8"), Names{}) << system;
    EXPECT_EQ(sensitivities_of("http://loinc.org", ""), Names{});
}

TEST(Labels, AreAMapForIndexes) {
    auto const& map = label_map();
    EXPECT_EQ(map.digest.size(), 16U);
    EXPECT_EQ(map.of("http://loinc.org", "25836-8"), std::vector<std::string_view>{"HIV"});
    EXPECT_EQ(map.digest, label_map().digest);
}

TEST(Labels, AreCoveredByBroaderOnes) {
    EXPECT_TRUE(covers("ETH", "ETHUD"));
    EXPECT_TRUE(covers("BH", "PSYTHPN"));
    EXPECT_TRUE(covers("PSY", "PSY"));
    EXPECT_FALSE(covers("ETHUD", "ETH"));
    EXPECT_FALSE(covers("PSY", "HIV"));
    EXPECT_TRUE(covers("unknown", "unknown"));
    EXPECT_FALSE(covers("", "PSY"));
}

// Each label that is derived is one that policies may name, and no code stands in the table twice.
TEST(SensitivityTable, IsOneOfKnownLabels) {
    std::set<std::pair<Terminology, std::string_view>> codes;
    for (auto const& each : kSensitiveCodes) {
        EXPECT_TRUE(codes.emplace(each.terminology, each.code).second) << each.code;
        EXPECT_EQ(labels({act(std::string(each.sensitivity))}).size(), 2U) << each.sensitivity;
        EXPECT_EQ(each.code.find('.'), std::string_view::npos) << each.code;
    }
}

}  // namespace
}  // namespace salus::consent::testing

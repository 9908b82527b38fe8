// Numbers, quantities, composites, identifiers by type, references by identifier, addresses.
#include "fhir/search_samples_for_test.h"

namespace salus::fhir {
namespace {

using testing::entry_of;
using testing::matches;
using testing::query;

struct Case {
    char const* name;
    char const* value;
    bool found;
};

void check(Bytes const& entry, char const* type, std::vector<Case> const& cases) {
    for (auto const& [name, value, found] : cases)
        EXPECT_EQ(matches(entry, type, {{name, value}}), found) << name << "=" << value;
}

Bytes observation(std::string const& value) {
    return entry_of(R"({"resourceType":"Observation","id":"o1","status":"final",
        "code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},)" +
                    value + "}");
}

TEST(SearchValuesTest, QuantitiesByFiguresAndUnits) {
    auto const entry = observation(
        R"("valueQuantity":{"value":5.40,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"})");
    check(entry, "Observation",
          {{"value-quantity", "5.4", true},
           {"value-quantity", "5.40", true},
           {"value-quantity", "5", true},  // 4.5 to 5.5
           {"value-quantity", "5.43", false},
           {"value-quantity", "6", false},
           {"value-quantity", "5.4|http://unitsofmeasure.org|mg", true},
           {"value-quantity", "5.4|http://unitsofmeasure.org|kg", false},
           {"value-quantity", "5.4|http://other|mg", false},
           {"value-quantity", "5.4||mg", true},
           {"value-quantity", "5.4||kg", false},
           {"value-quantity", "gt5.4", false},
           {"value-quantity", "ge5.4", true},
           {"value-quantity", "gt5.39999999999999999999999", true},
           {"value-quantity", "lt5.4", false},
           {"value-quantity", "le5.4", true},
           {"value-quantity", "ne5.4", false},
           {"value-quantity", "ne7", true},
           {"value-quantity", "sa5", true},
           {"value-quantity", "eb6", true},
           {"value-quantity", "eb5", false},
           {"value-quantity", "ap5.0", true},
           {"value-quantity", "ap50", false},
           {"value-quantity", "1,5.4", true},
           {"value-quantity:missing", "false", true},
           {"combo-value-quantity", "5.4", true},
           {"component-value-quantity:missing", "true", true}});
    auto const below = observation(R"("valueQuantity":{"value":3,"comparator":"<"})");
    check(below, "Observation",
          {{"value-quantity", "lt2", true},
           {"value-quantity", "gt4", false},
           {"value-quantity", "3", false}});
    // Beyond what a double can tell apart.
    auto const exact = observation(R"("valueQuantity":{"value":0.30000000000000000001})");
    check(exact, "Observation",
          {{"value-quantity", "gt0.3", true}, {"value-quantity", "le0.3", false}});
}

TEST(SearchValuesTest, NumbersRangesAndMoney) {
    auto const risk = entry_of(R"({"resourceType":"RiskAssessment","id":"r","status":"final",
        "subject":{"reference":"Patient/p"},"prediction":[{"probabilityDecimal":0.9},
        {"probabilityRange":{"low":{"value":0.1},"high":{"value":0.3}}}]})");
    check(risk, "RiskAssessment",
          {{"probability", "0.9", true},
           {"probability", "gt0.95", false},
           {"probability", "0.2", false},
           {"probability", "ap0.25", true},
           {"probability", "lt0.2", true},
           {"probability", "lt0.1", false}});
    auto const invoice = entry_of(R"({"resourceType":"Invoice","id":"i","status":"issued",
        "totalNet":{"value":40.22,"currency":"EUR"}})");
    check(invoice, "Invoice",
          {{"totalnet", "40.22|urn:iso:std:iso:4217|EUR", true},
           {"totalnet", "40.22||EUR", true},
           {"totalnet", "40.22||USD", false}});
}

TEST(SearchValuesTest, CompositesStandTogether) {
    auto const pressure = observation(R"("component":[
        {"code":{"coding":[{"system":"l","code":"sys"}]},"valueQuantity":{"value":120}},
        {"code":{"coding":[{"system":"l","code":"dia"}]},"valueQuantity":{"value":80}}])");
    check(pressure, "Observation",
          {{"component-code-value-quantity", "sys$120", true},
           {"component-code-value-quantity", "l|dia$lt90", true},
           {"component-code-value-quantity", "sys$80", false},  // of the other component
           {"component-code-value-quantity", "dia$120", false},
           {"combo-code-value-quantity", "sys$gt100", true},
           {"code-value-quantity:missing", "true", true},
           {"component-code-value-quantity", "x$1,dia$80", true}});
    auto const plain = observation(R"("valueString":"Positive result")");
    check(plain, "Observation",
          {{"code-value-string", "8480-6$pos", true}, {"code-value-string", "8480-6$neg", false}});
    auto const dated = observation(R"("valueDateTime":"2020-05-01")");
    check(dated, "Observation", {{"code-value-date", "8480-6$ge2020", true}});
    auto const sequence = entry_of(R"({"resourceType":"MolecularSequence","id":"m",
        "coordinateSystem":0,"referenceSeq":{"chromosome":{"coding":[{"code":"1"}]}},
        "variant":[{"start":10,"end":20},{"start":30,"end":40}]})");
    check(sequence, "MolecularSequence",
          {{"chromosome-variant-coordinate", "1$ge10$le20", true},
           {"chromosome-variant-coordinate", "1$ge10$lt20", false},
           {"chromosome-variant-coordinate", "2$ge10$le20", false}});
}

TEST(SearchValuesTest, IdentifiersByTypeAndByReference) {
    auto const patient = entry_of(R"({"resourceType":"Patient","id":"p","identifier":[
        {"type":{"coding":[{"system":"v2","code":"MR"}]},"system":"s","value":"12345"},
        {"type":{"coding":[{"system":"v2","code":"SS"}]},"value":"999"}]})");
    check(patient, "Patient",
          {{"identifier:of-type", "v2|MR|12345", true},
           {"identifier:of-type", "|MR|12345", true},
           {"identifier:of-type", "v2|SS|12345", false},
           {"identifier:of-type", "v1|MR|12345", false},
           {"identifier:of-type", "v2|MR|1234", false}});
    auto const named = observation(R"("subject":{"type":"Patient",
        "identifier":{"system":"s","value":"12345"}},"performer":[{"reference":"#here"}])");
    check(named, "Observation",
          {{"subject:identifier", "s|12345", true},
           {"subject:identifier", "12345", true},
           {"subject:identifier", "s|1", false},
           {"patient:identifier", "s|12345", true},
           {"subject:missing", "false", true},
           {"performer:missing", "false", true},
           {"performer", "here", false},
           {"encounter:missing", "true", true}});
}

TEST(SearchValuesTest, Addresses) {
    auto const entry = entry_of(R"({"resourceType":"Observation","id":"o","meta":{
        "profile":["http://x.org/a/b|1.0"],"source":"urn:uuid:1",
        "security":[{"system":"c","code":"R"}]},"status":"final","code":{"text":"x"}})");
    check(entry, "Observation",
          {{"_profile", "http://x.org/a/b", true},
           {"_profile", "http://x.org/a/b\\|1.0", true},
           {"_profile", "http://x.org/a", false},
           {"_profile:below", "http://x.org/a", true},
           {"_profile:below", "http://x.org/", true},
           {"_profile:below", "http://x.or", false},
           {"_source", "urn:uuid:1", true},
           {"_source:above", "urn:uuid:1/x", true},
           {"_source:above", "urn:uuid:12", false},
           {"_security", "c|R", true},
           {"_security:not", "c|R", false}});
}

TEST(SearchValuesTest, ConditionsAreEvaluated) {
    struct Case {
        char const* deceased;
        bool dead;
    };
    for (auto const& [deceased, dead] :
         std::vector<Case>{{R"(,"deceasedBoolean":true)", true},
                           {R"(,"deceasedBoolean":false)", false},
                           {R"(,"deceasedDateTime":"2020-01-01")", true},
                           {"", false}}) {
        auto const entry =
            entry_of(R"({"resourceType":"Patient","id":"p")" + std::string(deceased) + "}");
        EXPECT_EQ(matches(entry, "Patient", {{"deceased", "true"}}), dead) << deceased;
        EXPECT_EQ(matches(entry, "Patient", {{"deceased", "false"}}), !dead) << deceased;
    }
}

TEST(SearchValuesTest, WhatFhirHasAndWeDoNotIsSaidSo) {
    for (auto const& [type, name] :
         std::vector<std::pair<char const*, char const*>>{{"Observation", "code:text"},
                                                          {"Observation", "code:in"},
                                                          {"Observation", "code:not-in"},
                                                          {"Observation", "code:above"},
                                                          {"Observation", "code:below"},
                                                          {"Observation", "_text"},
                                                          {"Observation", "_content"},
                                                          {"Observation", "_query"},
                                                          {"Observation", "_filter"},
                                                          {"Observation", "_list"},
                                                          {"Observation", "_contained"},
                                                          {"Location", "near"},
                                                          {"Bundle", "composition"}}) {
        auto const refused = query(type, {{name, "x"}});
        ASSERT_FALSE(refused.has_value()) << name;
        EXPECT_EQ(refused.error().code, Errc::not_supported) << name;
    }
    EXPECT_EQ(query("Observation", {{"_sort", "code-value-quantity"}}).error().code,
              Errc::not_supported);
}

}  // namespace
}  // namespace salus::fhir

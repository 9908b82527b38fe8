// What a package may bring to search by, and what it may not.
#include "fhir/packages/parameter_reader.h"

#include <gtest/gtest.h>

#include "fhir/parameters_for_test.h"

namespace salus::fhir {
namespace {

using testing::loaded_of;
using testing::parameter_json;
using testing::parameters_of;

// Why one definition is not offered; empty: it is.
std::string refusal(std::string const& definition) {
    auto const read = parameters_of({definition});
    if (read.report->refused.empty()) return read.parameters == nullptr ? "standard" : "";
    EXPECT_EQ(read.parameters, nullptr);
    EXPECT_EQ(read.report->refused_in_all, read.report->refused.size());
    return read.report->refused.front().because;
}

std::vector<std::string_view> elements_of(LoadedParametersPointer const& loaded,
                                          std::string_view type, std::string_view code) {
    std::vector<std::string_view> names;
    auto const* parameter = TypeParameters(*find_type(type), loaded.get()).find(code);
    EXPECT_NE(parameter, nullptr);
    if (parameter == nullptr) return names;
    for (auto const element : parameter->elements) names.push_back(element.text());
    return names;
}

TEST(ParameterReaderTest, OffersWhatCanBeIndexed) {
    EXPECT_EQ(refusal(parameter_json("Patient", "race", "token",
                                     "Patient.extension.where(url = 'u').extension.value.code")),
              "");
    EXPECT_EQ(
        refusal(parameter_json("Condition", "asserted", "date", "Condition.extension('u').value")),
        "");
    EXPECT_EQ(refusal(parameter_json("Condition", "has-note", "token", "Condition.note.exists()")),
              "");
    EXPECT_EQ(refusal(parameter_json("Encounter", "host", "reference",
                                     "Encounter.subject.where(resolve() is Patient)",
                                     R"(,"target":["Patient"])")),
              "");
    auto const every = parameters_of(
        {parameter_json("DomainResource", "flag", "token", "DomainResource.extension('u').value")});
    ASSERT_NE(every.parameters, nullptr);
    EXPECT_NE(TypeParameters(*find_type("Device"), every.parameters.get()).find("flag"), nullptr);
    EXPECT_EQ(TypeParameters(*find_type("Bundle"), every.parameters.get()).find("flag"), nullptr);
}

TEST(ParameterReaderTest, TellsWhyItOffersNot) {
    auto const patient = [](std::string const& code, std::string const& type,
                            std::string const& expression, std::string const& rest = "") {
        return refusal(parameter_json("Patient", code, type, expression, rest));
    };
    EXPECT_EQ(patient("a", "token", "Patient.("), "a name was expected at [8]");
    EXPECT_EQ(patient("a", "token", "Patient.colour"), "an element that does not exist at [8]");
    EXPECT_NE(patient("a", "special", "Patient.name"), "");
    EXPECT_EQ(patient("a", "token", "Patient.name"),
              "its values are none that this type of parameter compares");
    EXPECT_EQ(patient("a", "string", "Patient.name.given.join(' ')"), "it gives computed values");
    EXPECT_EQ(patient("a", "string", "Patient.link.other.resolve().name"),
              "it looks into another resource");
    EXPECT_NE(patient("a", "token", "Patient.birthDate < today()"), "");
    EXPECT_NE(patient("a", "token", "Patient.gender.memberOf('http://v')"), "");
    EXPECT_NE(patient("a", "token", "Patient.where(%secret = '1').gender"), "");
    EXPECT_NE(patient("a", "token", "Patient.descendants().code"), "");
    EXPECT_NE(patient("a", "reference", "Patient.managingOrganization", R"(,"target":["Nothing"])"),
              "");
    EXPECT_NE(refusal(parameter_json("Nothing", "a", "token", "Nothing.a")), "");
    EXPECT_NE(refusal(R"({"resourceType":"SearchParameter","status":"retired","url":"u",)"
                      R"("code":"a","base":["Patient"],"type":"token",)"
                      R"("expression":"Patient.gender"})"),
              "");
}

TEST(ParameterReaderTest, TakesNoNameOfTheStandards) {
    auto const taken = "FHIR defines a parameter of this name for the type";
    EXPECT_EQ(refusal(parameter_json("Patient", "gender", "token", "Patient.active")), taken);
    EXPECT_EQ(refusal(parameter_json("Patient", "_id", "token", "Patient.gender")), taken);
    // Derived from the standard's: that stays in force, and nothing is wrong.
    EXPECT_EQ(refusal(parameter_json(
                  "Patient", "gender", "token", "Patient.active",
                  R"(,"derivedFrom":"http://hl7.org/fhir/SearchParameter/individual-gender")")),
              "standard");
    // An underscore makes a parameter that everybody may use.
    for (auto const* code : {"_mine", "", "a:b", "a.b", "a,b", "+a", "a b"})
        EXPECT_EQ(refusal(parameter_json("Patient", code, "token", "Patient.gender")),
                  "its code is no name that a package may give")
            << code;
    // These decide whose compartment is searched.
    for (auto const* code : {"patient", "subject", "identifier"})
        EXPECT_EQ(refusal(parameter_json("Substance", code, "token", "Substance.status")) != "",
                  true)
            << code;
}

TEST(ParameterReaderTest, OfTwoTheFirstCounts) {
    auto const gender = parameter_json("Patient", "a", "token", "Patient.gender");
    auto const active = parameter_json("Patient", "a", "token", "Patient.active");
    EXPECT_TRUE(parameters_of({gender, gender}).report->refused.empty());
    auto const both = parameters_of({gender, active});
    ASSERT_EQ(both.report->refused.size(), 1U);
    EXPECT_EQ(elements_of(both.parameters, "Patient", "a"),
              std::vector<std::string_view>{"gender"});
}

// Who may not see an element may not learn it by a search.
TEST(ParameterReaderTest, KnowsWhatAnExpressionReads) {
    auto const read = [](std::string const& expression) {
        return elements_of(loaded_of({parameter_json("Patient", "a", "token", expression)}),
                           "Patient", "a");
    };
    using Names = std::vector<std::string_view>;
    EXPECT_EQ(read("Patient.gender"), Names{"gender"});
    EXPECT_EQ(read("gender | Patient.active"), (Names{"active", "gender"}));
    EXPECT_EQ(read("Patient.deceased.exists()"), (Names{"deceasedBoolean", "deceasedDateTime"}));
    EXPECT_EQ(read("Patient.where(birthDate > @2000).gender"), (Names{"birthDate", "gender"}));
    EXPECT_EQ(read("Patient.telecom.where(%resource.active).system"), (Names{"active", "telecom"}));
    EXPECT_EQ(read("Patient.extension('u').value"), Names{"extension"});
    EXPECT_EQ(read("Patient.contact.gender"), Names{"contact"});
    EXPECT_EQ(read("Patient.select(gender)"), Names{"gender"});
    // Of what depends on the whole resource nothing can be told: all of it must be visible.
    EXPECT_EQ(read("Patient.children().count() > 3"), Names{});
    EXPECT_EQ(read("(Patient | Patient.name).children().exists()"), Names{});
}

TEST(ParameterReaderTest, ADefinitionIsItsTextNotItsName) {
    auto const of = [](std::string const& expression) {
        return loaded_of({parameter_json("Patient", "a", "token", expression)});
    };
    auto const& patient = *find_type("Patient");
    auto const stamp = [&](LoadedParametersPointer const& loaded) {
        return std::string(TypeParameters(patient, loaded.get()).stamp());
    };
    EXPECT_EQ(stamp(of("Patient.gender")), stamp(of("Patient.gender")));
    EXPECT_EQ(of("Patient.gender")->digest(), of("Patient.gender")->digest());
    EXPECT_NE(stamp(of("Patient.gender")), stamp(of("Patient.active")));
    EXPECT_NE(of("Patient.gender")->digest(), of("Patient.active")->digest());
    EXPECT_EQ(TypeParameters(*find_type("Device"), of("Patient.gender").get()).stamp(), "");
}

TEST(ParameterReaderTest, CompositesHaveTypedComponents) {
    auto const components =
        R"(,"component":[{"definition":"http://u","expression":"code"},)"
        R"json({"definition":"http://v","expression":"value.ofType(Quantity)"}])json";
    auto const loaded = loaded_of(
        {parameter_json("Observation", "pair", "composite", "Observation.component", components)});
    auto const* pair = TypeParameters(*find_type("Observation"), loaded.get()).find("pair");
    ASSERT_NE(pair, nullptr);
    ASSERT_EQ(pair->tuples.size(), 1U);
    ASSERT_EQ(pair->tuples[0].components.size(), 2U);
    EXPECT_EQ(pair->tuples[0].components[0].type, ParameterType::token);
    EXPECT_EQ(pair->tuples[0].components[1].type, ParameterType::quantity);
    EXPECT_NE(refusal(parameter_json("Observation", "pair", "composite", "Observation.component")),
              "");
}

}  // namespace
}  // namespace salus::fhir

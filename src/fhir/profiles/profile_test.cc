#include "fhir/profiles/profile.h"

#include <gmock/gmock.h>

#include "fhir/material_for_test.h"
#include "fhir/profiles/definition_reader.h"

namespace salus::fhir {
namespace {

using Profiles = std::shared_ptr<ProfileSet const>;

Profiles profiles_of(std::vector<std::string> const& definitions) {
    DefinitionReader reader;
    for (auto const text : core_profiles()) EXPECT_TRUE(reader.add(std::string(text.text())));
    for (auto const& text : definitions) {
        auto const added = reader.add(text);
        EXPECT_TRUE(added) << describe(added.error());
    }
    auto set = std::move(reader).finish();
    EXPECT_TRUE(set) << describe(set.error());
    return set ? *std::move(set) : std::make_shared<ProfileSet const>();
}

Profiles us_core() {
    std::vector<std::string> texts;
    for (auto const& file : material("us-core-definitions"))
        if (file.extension() == ".json") texts.push_back(read_text(file));
    return texts.empty() ? nullptr : profiles_of(texts);
}

std::string verdict(std::string const& resource, ProfileSet const& profiles) {
    json::Parser parser;
    auto const parsed = Reader::parse(EphiText(resource), parser, &profiles);
    return parsed ? "accepted" : describe(parsed.error());
}

TEST(ProfileTest, CompilesTheSpecificationsOwn) {
    auto const set = profiles_of({});
    EXPECT_GT(set->size(), 40U);
    ASSERT_NE(set->find("http://hl7.org/fhir/StructureDefinition/bp"), nullptr);
    EXPECT_EQ(set->find("http://hl7.org/fhir/StructureDefinition/Observation"), nullptr);
}

TEST(ProfileTest, AcceptsUsCoreExamples) {
    auto const set = us_core();
    if (!set) return;
    EXPECT_GT(set->size(), 100U);
    for (auto const& file : material("us-core-examples-dev/resources")) {
        // A narrative without its div: HL7 generates it when it publishes.
        if (file.filename() == "diagnosticreport-cbc.json") continue;
        EXPECT_EQ(verdict(read_text(file), *set), "accepted") << file.filename();
    }
}

std::string const kPatient = R"({"resourceType":"Patient","meta":{"profile":["http://p"]},)";

std::string profile_of_patient(std::string const& elements) {
    return R"({"resourceType":"StructureDefinition","url":"http://p","type":"Patient",)"
           R"("derivation":"constraint","baseDefinition":)"
           R"("http://hl7.org/fhir/StructureDefinition/Patient","differential":{"element":[)" +
           elements + "]}}";
}

struct Trial {
    std::string elements;  // of the differential
    std::string good;      // members of a Patient
    std::string bad;
    std::string complaint;
};

void expect_trials(std::vector<Trial> const& trials) {
    for (auto const& [elements, good, bad, complaint] : trials) {
        auto const set = profiles_of({profile_of_patient(elements)});
        EXPECT_EQ(verdict(kPatient + good + "}", *set), "accepted") << elements;
        EXPECT_THAT(verdict(kPatient + bad + "}", *set), ::testing::HasSubstr(complaint))
            << elements;
    }
}

TEST(ProfileTest, EnforcesRulesOfElements) {
    expect_trials({
        {R"({"id":"Patient.name","path":"Patient.name","min":1})", R"("name":[{"text":"a"}])",
         R"("active":true)", "requires more of an element (Patient.name of http://p) at Patient"},
        {R"({"id":"Patient.name","path":"Patient.name","max":"1"})", R"("name":[{"text":"a"}])",
         R"("name":[{"text":"a"},{"text":"b"}])", "allows less of an element"},
        {R"({"id":"Patient.photo","path":"Patient.photo","max":"0"})", R"("active":true)",
         R"("photo":[{"title":"a"}])", "allows less of an element"},
        {R"({"path":"Patient.name"},{"path":"Patient.name.family","min":1})",
         R"("name":[{"family":"a"}])", R"("name":[{"family":"a"},{"text":"b"}])",
         "at Patient.name[1]"},
        {R"({"id":"Patient.gender","path":"Patient.gender","fixedCode":"male"})",
         R"("gender":"male")", R"("gender":"female")", "not the value that the profile fixes"},
        {R"({"id":"Patient.maritalStatus","path":"Patient.maritalStatus",)"
         R"("patternCodeableConcept":{"coding":[{"code":"M"}]}})",
         R"("maritalStatus":{"coding":[{"code":"S"},{"code":"M","display":"x"}]})",
         R"("maritalStatus":{"coding":[{"code":"S"}]})", "at Patient.maritalStatus"},
        {R"({"id":"Patient.deceased[x]","path":"Patient.deceased[x]","type":[{"code":"boolean"}]})",
         R"("deceasedBoolean":true)", R"("deceasedDateTime":"2020")", "does not allow this type"},
        {R"({"id":"Patient.generalPractitioner","path":"Patient.generalPractitioner","type":)"
         R"([{"code":"Reference","targetProfile":)"
         R"(["http://hl7.org/fhir/StructureDefinition/Practitioner"]}]})",
         R"("generalPractitioner":[{"reference":"Practitioner/a"}])",
         R"("generalPractitioner":[{"reference":"Organization/a"}])",
         "does not allow a reference to this type"},
    });
}

TEST(ProfileTest, EnforcesSlices) {
    auto const sliced = [](std::string const& slicing, std::string const& slice) {
        return R"({"id":"Patient.identifier","path":"Patient.identifier","slicing":{)" + slicing +
               R"(}},{"id":"Patient.identifier:a","path":"Patient.identifier","sliceName":"a",)" +
               slice + "}";
    };
    std::string const by_system = R"("discriminator":[{"type":"value","path":"system"}],"rules":)";
    std::string const system =
        R"("min":1,"max":"1"},{"id":"Patient.identifier:a.system","path":"Patient.identifier.system",)"
        R"("min":1,"fixedUri":"http://s")";
    std::string const good = R"("identifier":[{"system":"http://s","value":"1"}])";
    expect_trials({
        {sliced(by_system + "\"open\"", system), good, R"("identifier":[{"system":"http://t"}])",
         "requires more of an element (Patient.identifier:a of http://p)"},
        {sliced(by_system + "\"open\"", system), good,
         R"("identifier":[{"system":"http://s"},{"system":"http://s"}])",
         "allows less of an element (Patient.identifier:a"},
        {sliced(by_system + "\"closed\"", system), good,
         R"("identifier":[{"system":"http://s"},{"value":"x"}])",
         "allows the named slices only (Patient.identifier of http://p) at Patient.identifier[1]"},
        {sliced(by_system + "\"openAtEnd\"", system), good,
         R"("identifier":[{"value":"x"},{"system":"http://s"}])", "what is in no slice comes last"},
        {sliced(R"("discriminator":[{"type":"exists","path":"value"}],"rules":"closed")",
                R"("min":1},{"id":"Patient.identifier:a.value","path":"Patient.identifier.value",)"
                R"("min":1)"),
         good, R"("identifier":[{"system":"http://s"}])", "allows the named slices only"},
        {R"({"id":"Patient.deceased[x]:deceasedDateTime","path":"Patient.deceased[x]",)"
         R"("sliceName":"deceasedDateTime","min":1})",
         R"("deceasedDateTime":"2020")", R"("deceasedBoolean":true)",
         "requires more of an element"},
    });
}

TEST(ProfileTest, ChecksExtensionsByTheirOwnDefinition) {
    auto const set =
        profiles_of({R"({"resourceType":"StructureDefinition","url":"http://e","type":"Extension",)"
                     R"("derivation":"constraint","baseDefinition":)"
                     R"("http://hl7.org/fhir/StructureDefinition/Extension",)"
                     R"("context":[{"type":"element","expression":"Patient.name"}],)"
                     R"("differential":{"element":[{"path":"Extension.value[x]","min":1,)"
                     R"("type":[{"code":"string"}]}]}})"});
    auto const with = [](std::string const& value) {
        return R"({"resourceType":"Patient","name":[{"extension":[{"url":"http://e",)" + value +
               "}]}]}";
    };
    EXPECT_EQ(verdict(with(R"("valueString":"x")"), *set), "accepted");
    EXPECT_THAT(verdict(with(R"("valueCode":"x")"), *set),
                ::testing::HasSubstr("does not allow this type"));
    EXPECT_THAT(verdict(R"({"resourceType":"Patient","extension":[{"url":"http://e",)"
                        R"("valueString":"x"}]})",
                        *set),
                ::testing::HasSubstr("may not be used here"));
    // The specification's own extensions are known without a package.
    EXPECT_THAT(verdict(R"({"resourceType":"Patient","name":[{"extension":[{"url":)"
                        R"("http://hl7.org/fhir/StructureDefinition/humanname-mothers-family",)"
                        R"("valueString":"x"}]}]})",
                        *set),
                ::testing::HasSubstr("may not be used here"));
}

TEST(ProfileTest, RefusesDefinitionsThatMakeNoSense) {
    DefinitionReader reader;
    EXPECT_FALSE(reader.add("{"));
    EXPECT_FALSE(reader.add("[]"));
    EXPECT_TRUE(reader.add(R"({"resourceType":"Patient"})"));
    ASSERT_TRUE(reader.add(profile_of_patient(R"({"path":"Patient.nome","min":1})")));
    EXPECT_EQ(std::move(reader).finish().error().code, Errc::invalid);
    DefinitionReader circle;
    for (auto const* pair : {R"("a","baseDefinition":"b")", R"("b","baseDefinition":"a")"})
        ASSERT_TRUE(circle.add(R"({"resourceType":"StructureDefinition","type":"Patient",)"
                               R"("derivation":"constraint","url":)" +
                               std::string(pair) + "}"));
    EXPECT_EQ(std::move(circle).finish().error().code, Errc::invalid);
}

// https://hl7.org/fhir/R4/http.html#create
TEST(ProfileTest, AViolatedProfileIsToldApartFromFhirsOwnRules) {
    auto const set = profiles_of({profile_of_patient(R"({"id":"Patient.birthDate",)"
                                                     R"("path":"Patient.birthDate","min":1})")});
    json::Parser parser;
    auto const code = [&](std::string const& resource) {
        auto const parsed = Reader::parse(EphiText(resource), parser, set.get());
        return parsed ? std::optional<Errc>() : parsed.error().code;
    };
    EXPECT_EQ(code(kPatient + R"("birthDate":"2000-01-01"})"), std::nullopt);
    EXPECT_EQ(code(kPatient + R"("gender":"male"})"), Errc::unprocessable);
    EXPECT_EQ(code(kPatient + R"("gender":"no code"})"), Errc::invalid);
    EXPECT_EQ(code(R"({"resourceType":"Patient","gender":"no code"})"), Errc::invalid);
}

TEST(ProfileTest, AConstraintThatCannotBeEvaluatedIsTold) {
    auto const set = profiles_of({profile_of_patient(
        R"({"id":"Patient.name","path":"Patient.name","constraint":[{"key":"x-1","severity":"error",)"
        R"("human":"h","expression":"no such ( path"}]})")});
    ASSERT_EQ(set->warnings().size(), 1U);
    EXPECT_EQ(set->warnings()[0].text(),
              "the constraint x-1 at Patient.name of http://p cannot be evaluated");
    auto const text = kPatient + R"("name":[{"text":"a"},{"text":"b"}]})";
    EXPECT_EQ(verdict(text, *set), "accepted");
    json::Parser parser;
    auto const checked = Reader::validate(EphiText(text), parser, set.get(), {});
    ASSERT_TRUE(checked);
    auto const told =
        std::ranges::count(checked->issues.issues(), IssueSeverity::information, &Issue::severity);
    EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace salus::fhir

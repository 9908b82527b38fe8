#include "fhir/fhirpath_patch.h"

#include "fhir/material_for_test.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

// One operation: type, path, and further parts as JSON.
std::string operation(std::string const& type, std::string const& path,
                      std::string const& more = "") {
    return R"({"name":"operation","part":[{"name":"type","valueCode":")" + type +
           R"("},{"name":"path","valueString":")" + path + "\"}" + more + "]}";
}
std::string value(std::string const& member) {
    return R"(,{"name":"value",)" + member + "}";
}
std::string number(std::string const& name, int place) {
    return R"(,{"name":")" + name + R"(","valueInteger":)" + std::to_string(place) + "}";
}
std::string named(std::string const& name) {
    return R"(,{"name":"name","valueString":")" + name + "\"}";
}
std::string parameters(std::string const& operations) {
    return R"({"resourceType":"Parameters","parameter":[)" + operations + "]}";
}

struct Patched {
    std::string text;  // of what stands behind resourceType
    Errc code = Errc::internal;
};

Patched patched(std::string const& members, std::string const& operations) {
    json::Parser parser;
    auto const patient =
        Reader::parse(EphiText(R"({"resourceType":"Patient")" + members + "}"), parser);
    EXPECT_TRUE(patient) << members;
    auto body = Reader::parse(EphiText(parameters(operations)), parser);
    if (!body) return {{}, body.error().code};  // not even Parameters
    auto const patch = FhirPathPatch::parse(*std::move(body));
    if (!patch) return {{}, patch.error().code};
    auto const result = patch->apply(patient->view(), parser);
    if (!result) return {{}, result.error().code};
    auto const& text = result->reveal(testing::EphiTestAccess::access());
    return {text.substr(std::string_view(R"({"resourceType":"Patient")").size()), Errc::internal};
}

TEST(FhirPathPatchTest, AddsToElementsAndLists) {
    EXPECT_EQ(patched("", operation("add", "Patient",
                                    named("birthDate") + value(R"("valueDate":"1990-01-01")")))
                  .text,
              R"(,"birthDate":"1990-01-01"})");
    EXPECT_EQ(patched("", operation("add", "Patient",
                                    named("deceased") + value(R"("valueBoolean":true)")))
                  .text,
              R"(,"deceasedBoolean":true})");
    auto const name = named("name") + value(R"("valueHumanName":{"text":"b"})");
    EXPECT_EQ(patched("", operation("add", "Patient", name)).text, R"(,"name":[{"text":"b"}]})");
    EXPECT_EQ(patched(R"(,"name":[{"text":"a"}])", operation("add", "Patient", name)).text,
              R"(,"name":[{"text":"a"},{"text":"b"}]})");
    auto const contact =
        named("contact") +
        R"(,{"name":"value","part":[{"name":"gender","valueCode":"male"},)"
        R"({"name":"telecom","valueContactPoint":{"system":"phone","value":"1"}}]})";
    EXPECT_EQ(patched("", operation("add", "Patient", contact)).text,
              R"(,"contact":[{"gender":"male","telecom":[{"system":"phone","value":"1"}]}]})");
}

TEST(FhirPathPatchTest, EachOperationSeesWhatTheOnesBeforeLeft) {
    auto const operations =
        operation("add", "Patient",
                  named("contact") + R"(,{"name":"value","part":[)"
                                     R"({"name":"gender","valueCode":"male"}]})") +
        "," + operation("replace", "Patient.contact[0].gender", value(R"("valueCode":"other")")) +
        "," + operation("delete", "Patient.gender");
    EXPECT_EQ(patched(R"(,"gender":"female")", operations).text,
              R"(,"contact":[{"gender":"other"}]})");
}

TEST(FhirPathPatchTest, MovesAndInsertsByPlace) {
    std::string const list = R"(,"name":[{"text":"a"},{"text":"b"},{"text":"c"}])";
    auto const moved = [&](int from, int to) {
        return patched(list, operation("move", "Patient.name",
                                       number("source", from) + number("destination", to)))
            .text;
    };
    EXPECT_EQ(moved(2, 0), R"(,"name":[{"text":"c"},{"text":"a"},{"text":"b"}]})");
    EXPECT_EQ(moved(0, 2), R"(,"name":[{"text":"b"},{"text":"c"},{"text":"a"}]})");
    auto const inserted =
        patched(list, operation("insert", "Patient.name",
                                number("index", 1) + value(R"("valueHumanName":{"text":"x"})")));
    EXPECT_EQ(inserted.text, R"(,"name":[{"text":"a"},{"text":"x"},{"text":"b"},{"text":"c"}]})");
}

TEST(FhirPathPatchTest, WhatIsLeftEmptyGoes) {
    EXPECT_EQ(patched(R"(,"contact":[{"name":{"text":"a"},"gender":"male"}])",
                      operation("delete", "Patient.contact[0].name.text"))
                  .text,
              R"(,"contact":[{"gender":"male"}]})");
    EXPECT_EQ(patched(R"(,"contact":[{"name":{"text":"a"}}])",
                      operation("delete", "Patient.contact[0].name.text"))
                  .text,
              "}");
    EXPECT_EQ(patched(R"(,"birthDate":"1990","_birthDate":{"id":"x"})",
                      operation("delete", "Patient.birthDate"))
                  .text,
              "}");
    EXPECT_EQ(patched(R"(,"gender":"male")", operation("delete", "Patient.birthDate")).text,
              R"(,"gender":"male"})");
}

TEST(FhirPathPatchTest, AChoiceOfAnotherTypeHasAnotherName) {
    EXPECT_EQ(
        patched(R"(,"deceasedBoolean":true)",
                operation("replace", "Patient.deceased", value(R"("valueDateTime":"2020-01-01")")))
            .text,
        R"(,"deceasedDateTime":"2020-01-01"})");
    // No choice: the name stays whatever the value was written as.
    EXPECT_EQ(patched(R"(,"birthDate":"1990-01-01")",
                      operation("replace", "Patient.birthDate", value(R"("valueString":"2000")")))
                  .text,
              R"(,"birthDate":"2000"})");
}

TEST(FhirPathPatchTest, RefusesWhatLeadsToNoOneElement) {
    std::string const names = R"(,"gender":"male","name":[{"text":"a"},{"given":["x","y"],)"
                              R"("_given":[null,{"id":"i"}]}])";
    auto const text = value(R"("valueString":"x")");
    for (auto const& refused :
         {operation("replace", "Patient.name", text), operation("delete", "Patient.name"),
          operation("replace", "Patient.birthDate", text), operation("delete", "Patient"),
          operation("add", "Patient.name", named("text") + text),
          operation("add", "Patient", named("gender") + value(R"("valueCode":"x")")),
          operation("add", "Patient", named("nonsense") + text),
          operation("add", "Patient.gender", named("extension") + text),
          operation("add", "Patient.birthDate", named("extension") + text),
          operation("add", "1 + 1", named("x") + text), operation("delete", "'text'"),
          operation("insert", "Patient.name", number("index", 3) + text),
          operation("insert", "Patient.photo", number("index", 0) + text),
          operation("move", "Patient.name[0]", number("source", 0) + number("destination", 0)),
          operation("move", "Patient.name", number("source", 0) + number("destination", 2)),
          operation("move", "Patient.name.given", number("source", 0) + number("destination", 1)),
          operation("delete", "Patient.name.given[0]")}) {
        EXPECT_EQ(patched(names, refused).code, Errc::unprocessable) << refused;
    }
    for (auto const& malformed :
         {operation("frobnicate", "Patient"), operation("replace", "Patient.gender"),
          operation("replace", "Patient.(", text), operation("add", "Patient", text),
          operation("insert", "Patient.name", text),
          operation("move", "Patient.name", number("source", -1) + number("destination", 0)),
          std::string(R"({"name":"other"})")}) {
        EXPECT_EQ(patched(names, malformed).code, Errc::invalid) << malformed;
    }
}

TEST(FhirPathPatchTest, AChoiceInAnExtensionOfAPrimitiveGetsItsNewName) {
    auto const extended = [](std::string const& member) {
        return R"(,"birthDate":"1990","_birthDate":{"extension":[{"url":"urn:x",)" + member + "}]}";
    };
    auto const replaced =
        operation("replace", "Patient.birthDate.extension.value", value(R"("valueInteger":3)"));
    EXPECT_EQ(patched(extended(R"("valueString":"a")"), replaced).text,
              extended(R"("valueInteger":3)") + "}");
}

TEST(FhirPathPatchTest, PlainPathsNameWhatTheyRead) {
    auto const elements = [](std::string const& operations) {
        json::Parser parser;
        auto body = Reader::parse(EphiText(parameters(operations)), parser);
        EXPECT_TRUE(body) << operations;
        auto const patch = FhirPathPatch::parse(*std::move(body));
        EXPECT_TRUE(patch) << operations;
        return patch->elements();
    };
    auto const text = value(R"("valueString":"x")");
    EXPECT_EQ(elements(operation("replace", "Patient.contact[0].name.text", text) + "," +
                       operation("add", "Patient", named("gender") + text) + "," +
                       operation("delete", "Patient.contact[1]")),
              (std::vector<std::string>{"contact", "gender"}));
    for (auto const* path :
         {"gender", "Patient.name.where(use = 'x')", "Patient.children()", "%resource.gender",
          "Patient.name | Patient.gender", "Patient.name[Patient.photo.count()]", "$this.gender",
          "iif(Patient.gender.exists(), Patient.name, {})", "Patient.name.`text`"}) {
        EXPECT_FALSE(elements(operation("delete", path))) << path;
    }
}

TEST(FhirPathPatchTest, WorkIsBounded) {
    std::string operations = operation("delete", "Patient.photo");
    for (std::size_t i = 1; i < limits::kPatchOperations; ++i)
        operations += "," + operation("delete", "Patient.photo");
    auto const large = R"(,"name":[{"text":")" + std::string(1'000'000, 'x') + "\"}]";
    EXPECT_EQ(patched(large, operations).code, Errc::too_large);
    EXPECT_EQ(patched("", operations + "," + operation("delete", "Patient.photo")).code,
              Errc::too_large);
}

}  // namespace
}  // namespace salus::fhir

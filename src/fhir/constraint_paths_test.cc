// Paths of StructureDefinitions: ours and HL7's lead somewhere, invented ones do not.
#include "fhir/constraint_paths.h"

#include <chrono>
#include <gmock/gmock.h>

#include "fhir/material_for_test.h"

namespace salus::fhir {
namespace {

using ::testing::HasSubstr;

bool leads(std::string_view path) {
    auto const dot = path.find('.');
    auto const* type = find_type(path.substr(0, dot));
    EXPECT_NE(type, nullptr) << path;
    auto const rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    return type != nullptr && leads_to_element(*type, rest);
}

TEST(ConstraintPathsTest, NamesElementsOfTheType) {
    for (auto const* path : {"Observation",
                             "Observation.code",
                             "Observation.code.coding.system",
                             "Observation.id",
                             "Observation.value[x]",
                             "Observation.value[x].whatever",
                             "Observation.valueQuantity",
                             "Observation.valueQuantity.code",
                             "Observation.component.referenceRange.low.value",
                             "Observation.meta.profile",
                             "Observation.implicitRules",
                             "Observation.text.div",
                             "Patient.birthDate.extension.value[x]",
                             "Patient.birthDate.id",
                             "Patient.active.value",
                             "Patient.contained.anything.at.all",
                             "Bundle.entry.resource.x",
                             "Extension.url",
                             "Patient.extension.extension.url",
                             "Questionnaire.item.item.item.linkId"})
        EXPECT_TRUE(leads(path)) << path;
    for (auto const* path :
         {"Observation.valueBla", "Observation.value", "Observation.code[x]", "Observation.[x]",
          "Observation..code", "Observation.code.coding.systems", "Observation.Code",
          "Observation.value:a", "Patient.birthDate.year", "Patient.active.value.x",
          "Patient.identifier:a", "Extension.extensions", "Patient.name.period.start.end",
          "Patient.resourceType", "Patient._birthDate", "Patient.n\xc3\xa4me"})
        EXPECT_FALSE(leads(path)) << path;
}

std::string definition(std::string const& path) {
    return R"({"resourceType":"StructureDefinition","url":"http://a/b","name":"N","status":"draft",)"
           R"("kind":"resource","abstract":false,"type":"Observation","derivation":"constraint",)"
           R"("baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation",)"
           R"("differential":{"element":[{"id":"a","path":"Observation"},{"id":"b","path":")" +
           path + R"("}]}})";
}

std::string complaint(std::string const& text) {
    auto const parsed = parse_text(text);
    return parsed ? "" : describe(parsed.error());
}

TEST(ConstraintPathsTest, AConstraintDefinesNoElement) {
    EXPECT_EQ(complaint(definition("Observation.valueQuantity")), "");
    EXPECT_EQ(complaint(definition("Observation.valueBla")),
              "a path that leads to no element of the type at "
              "StructureDefinition.differential.element[1]");
    // Another derivation or kind defines what it likes.
    auto const text = definition("Observation.valueBla");
    for (auto const& [word, other] : {std::pair{"constraint", "specialization"},
                                      std::pair{"\"kind\":\"resource", "\"kind\":\"logical"}}) {
        auto changed = text;
        changed.replace(changed.find(word), std::string_view(word).size(), other);
        EXPECT_EQ(complaint(changed), "") << changed;
    }
}

TEST(ConstraintPathsTest, LongPathsCostTheirLength) {
    std::string path = "Patient.birthDate";
    while (path.size() < 900'000) path += ".extension.url";
    auto const begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(leads(path));
    EXPECT_FALSE(leads(path + ".x"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

std::vector<std::string> paths_of(json::Value definition) {
    std::vector<std::string> paths;
    for (auto const* part : {"differential", "snapshot"}) {
        auto const tree = definition.member(part);
        if (!tree) continue;
        for (auto const each : tree->member("element")->elements())
            paths.push_back(*each.text_member("path"));
    }
    return paths;
}

// HL7's own profiles, and those of US Core.
TEST(ConstraintPathsTest, PublishedProfilesLeadToElements) {
    std::vector<std::string> texts;
    for (auto const text : core_profiles()) texts.emplace_back(text.text());
    EXPECT_GT(texts.size(), 20U);
    for (auto const& file : material("us-core-definitions"))
        if (file.extension() == ".json") texts.push_back(read_text(file));
    json::Parser parser;
    std::size_t checked = 0;
    for (auto const& text : texts) {
        auto const document = parser.parse(text);
        ASSERT_TRUE(document);
        auto const type = document->root().text_member("resourceType");
        if (type && *type != "StructureDefinition") continue;
        for (auto const& path : paths_of(document->root())) {
            EXPECT_TRUE(leads(path)) << path;
            ++checked;
        }
    }
    EXPECT_GT(checked, 200U);
}

TEST(FilterTest, AskedForTrueOrFalse) {
    auto const filter = [](std::string const& property, std::string const& operation,
                           std::string const& value, std::string const& part = "include") {
        auto const each = R"({"property":")" + property + R"(","op":")" + operation +
                          R"(","value":")" + value + R"("})";
        auto text = std::string(R"({"resourceType":"ValueSet","status":"draft","compose":{)") +
                    R"("include":[{"system":"http://a/b"}],")" + part +
                    R"(":[{"system":"http://a/c","filter":[)" + each + "]}]}}";
        // The only include, where that is asked.
        constexpr std::string_view kOther = R"("include":[{"system":"http://a/b"}],)";
        if (part == "include") text.erase(text.find(kOther), kOther.size());
        return complaint(text);
    };
    for (auto const* value : {"true", "false"}) {
        EXPECT_EQ(filter("parent", "exists", value), "");
        EXPECT_EQ(filter("notSelectable", "=", value), "");
    }
    EXPECT_EQ(filter("parent", "=", "1"), "");
    EXPECT_EQ(filter("notSelectable", "in", "1"), "");
    for (auto const* value : {"1", "True", "yes", "tru\\u0435"}) {
        EXPECT_THAT(filter("parent", "exists", value), HasSubstr("true or false"));
        EXPECT_THAT(filter("notSelectable", "=", value), HasSubstr("true or false"));
    }
    EXPECT_EQ(filter("inactive", "=", "1", "exclude"),
              "this filter's value is true or false at ValueSet.compose.exclude[0].filter[0]");
}

}  // namespace
}  // namespace salus::fhir

#include "operations/parameters.h"

#include <gtest/gtest.h>

namespace salus::operations {
namespace {

using request::Interaction;
using request::SummaryForm;

Result<request::IntentFacts> shaped(Interaction interaction, request::Parameter const& parameter) {
    request::IntentFacts facts;
    facts.interaction = interaction;
    SALUS_TRY_VOID(read_shape({parameter}, facts));
    return facts;
}

bool is_json(std::string const& format) {
    std::vector<request::Parameter> parameters{{"_format", format}};
    request::IntentFacts facts;
    return take_presentation(parameters, facts).has_value();
}

TEST(ParametersTest, JsonHasManyNames) {
    // A plus sign in a query is a blank, and clients that do not escape it mean the plus sign.
    for (auto const* name :
         {"json", "application/json", "application/fhir+json", "application/fhir json", "text/json",
          "application/fhir+json; fhirVersion=4.0", "application/json;charset=utf-8"})
        EXPECT_TRUE(is_json(name)) << name;
    for (auto const* name : {"", ";", "xml", "application/fhir+xml", "JSON", "application/fhir",
                             "json x", "application/xml;q=json", "html"})
        EXPECT_FALSE(is_json(name)) << name;
}

TEST(ParametersTest, OneResourceHasTheSummariesOfASearch) {
    auto const form = [](Interaction interaction, std::string const& name) {
        auto const facts = shaped(interaction, {"_summary", name});
        return facts ? std::optional(facts->elements.summary) : std::nullopt;
    };
    for (auto const interaction : {Interaction::read, Interaction::vread}) {
        EXPECT_EQ(form(interaction, "true"), SummaryForm::summary);
        EXPECT_EQ(form(interaction, "text"), SummaryForm::text);
        EXPECT_EQ(form(interaction, "data"), SummaryForm::data);
        EXPECT_EQ(form(interaction, "false"), SummaryForm::none);
        // There is nothing to count, and an unknown form is no form.
        EXPECT_EQ(form(interaction, "count"), std::nullopt);
        EXPECT_EQ(form(interaction, "maybe"), std::nullopt);
    }
}

TEST(ParametersTest, AClientMaySayWhichStatementOfCapabilitiesItWants) {
    for (auto const* mode : {"full", "normative", "terminology"})
        EXPECT_TRUE(shaped(Interaction::capabilities, {"mode", mode})) << mode;
    EXPECT_FALSE(shaped(Interaction::capabilities, {"mode", "everything"}));
    EXPECT_FALSE(shaped(Interaction::read, {"mode", "full"}));
}

}  // namespace
}  // namespace salus::operations

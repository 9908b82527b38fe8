#include "consent/facts.h"

#include <gtest/gtest.h>

#include "consent/consent_for_test.h"

namespace salus::consent::testing {
namespace {

using Texts = std::vector<std::string>;

fhir::TimeRange range(std::string_view first, std::string_view last) {
    return {fhir::parse_date_time(first)->range.start, fhir::parse_date_time(last)->range.end};
}

TEST(ResourceFacts, HaveCodesOfTheMatterAndAllMentions) {
    auto const found = facts(R"({"resourceType":"Observation","id":"o",
        "category":[{"coding":[{"system":"c","code":"lab"}]}],
        "code":{"coding":[{"system":"s","code":"1"},{"system":"t","code":"2"}],"text":"x"},
        "component":[{"code":{"coding":[{"system":"s","code":"3"}]}}],
        "contained":[{"resourceType":"Condition","code":{"coding":[{"system":"s","code":"4"}]}}]})");
    EXPECT_EQ(found.codes, (std::vector<Code>{{"c", "lab"}, {"s", "1"}, {"t", "2"}}));
    EXPECT_EQ(found.mentions.size(), 5U);
    EXPECT_EQ(found.place(), "Observation/o");
}

TEST(ResourceFacts, HaveReferencesAndAuthors) {
    auto const found = facts(R"({"resourceType":"Immunization","id":"i",
        "patient":{"reference":"Patient/p/_history/3"},"encounter":{"reference":"Encounter/e"},
        "performer":[{"actor":{"reference":"Practitioner/a"}}]})");
    EXPECT_EQ(found.references, (Texts{"Encounter/e", "Patient/p", "Practitioner/a"}));
    EXPECT_EQ(found.authors, Texts{"Practitioner/a"});
    EXPECT_FALSE(found.names_others);
    EXPECT_FALSE(found.authored_by_others);
}

TEST(ResourceFacts, TellOfReferencesThatLeadElsewhere) {
    EXPECT_TRUE(facts(R"({"resourceType":"Basic","id":"b",
        "subject":{"reference":"https://elsewhere.example/Patient/p"}})")
                    .names_others);
    EXPECT_TRUE(facts(R"({"resourceType":"Basic","id":"b",
        "subject":{"identifier":{"system":"s","value":"v"}}})")
                    .names_others);
    auto const contained = facts(R"({"resourceType":"Basic","id":"b",
        "author":{"reference":"#x"}})");
    EXPECT_FALSE(contained.names_others);
    EXPECT_TRUE(contained.authored_by_others);
    EXPECT_TRUE(
        facts(R"({"resourceType":"Basic","id":"b","author":{"display":"x"}})").authored_by_others);
}

TEST(ResourceFacts, SpanAllTimes) {
    auto const found = facts(R"({"resourceType":"Observation","id":"o",
        "effectivePeriod":{"start":"2022-03-05","end":"2022-03-06"},"issued":"2022-04-01T00:00:00Z"})");
    EXPECT_EQ(found.time, range("2022-03-05", "2022-04-01T00:00:00Z"));
    auto const open = facts(R"({"resourceType":"Encounter","id":"e","period":{"start":"2022"}})");
    EXPECT_EQ(open.time->end, std::numeric_limits<std::int64_t>::max());
    EXPECT_FALSE(facts(R"({"resourceType":"Patient","id":"p","birthDate":"1980-01-01"})").time);
    // A time that cannot be read may be any.
    auto const odd = facts(R"({"resourceType":"Observation","id":"o","effectiveDateTime":"soon"})");
    EXPECT_EQ(odd.time->start, std::numeric_limits<std::int64_t>::min());
    auto const updated =
        facts(R"({"resourceType":"Basic","id":"b","meta":{"lastUpdated":"2024-01-01T00:00:00Z"}})");
    EXPECT_FALSE(updated.time);
    EXPECT_TRUE(updated.last_updated);
}

}  // namespace
}  // namespace salus::consent::testing

// Which values have tokens, and which queries may look up by them.
#include "operations/blind_tokens.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "fhir/index_entry.h"
#include "operations/operations_for_test.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using testing::must;
using testing::patient_json;

class BlindTokensTest : public ::testing::Test {
protected:
    using Tokens = std::vector<BlindToken>;

    [[nodiscard]] Tokens of(std::string const& text) {
        auto const resource = must(fhir::Reader::parse(EphiText(text), parser_));
        auto const entry = must(fhir::make_index_entry(resource.view(), WallTime{}));
        return must(
            tokens_of(home_.addressing(), "https://here/fhir", RequestReader::entry(entry)));
    }
    [[nodiscard]] std::optional<Tokens> asked(
        std::string const& type, std::vector<fhir::SearchQuery::Parameter> const& parameters) {
        auto const query =
            must(fhir::SearchQuery::parse(*fhir::find_resource_type(type), parameters, WallTime{}));
        return tokens_for(home_.addressing(), query);
    }
    // Whether a look-up by these parameters meets this resource.
    [[nodiscard]] bool meets(std::string const& text, std::string const& type,
                             std::vector<fhir::SearchQuery::Parameter> const& parameters) {
        auto const wanted = asked(type, parameters);
        if (!wanted) return false;
        auto const there = of(text);
        return std::ranges::any_of(
            *wanted, [&](BlindToken const& token) { return std::ranges::count(there, token) > 0; });
    }

    testing::TestInstance instance_;
    testing::TestRecords home_{instance_};
    json::Parser parser_;
    std::string const eva_ = patient_json(
        "p1", R"(,"identifier":[{"system":"urn:mrn","value":"A1"},{"value":"B2"}],)"
              R"("name":[{"family":"Müller","given":["Eva","Jo"]}],"birthDate":"1980-02-29")");
};

// What tells of the care of several patients is found from each; who is only named is not in care.
TEST_F(BlindTokensTest, CareOfSeveralPatients) {
    auto const finds = [&](std::string const& text, std::string const& patient) {
        auto const wanted =
            care_tokens(home_.addressing(), home_.addressing().patient_compartment(patient));
        auto const there = of(text);
        return !wanted.empty() && std::ranges::all_of(wanted, [&](BlindToken const& token) {
            return std::ranges::count(there, token) > 0;
        });
    };
    auto const appointment = [](std::string const& actors) {
        return R"({"resourceType":"Appointment","id":"a","status":"proposed",)"
               R"("identifier":[{"value":"A1"}],"participant":[)" +
               actors + "]}";
    };
    auto const actor = [](std::string const& place) {
        return R"({"actor":{"reference":")" + place + R"("},"status":"accepted"})";
    };
    auto const both = appointment(actor("Patient/p1") + "," + actor("Practitioner/d1") + "," +
                                  actor("Patient/p2"));
    EXPECT_TRUE(finds(both, "p1"));
    EXPECT_TRUE(finds(both, "p2"));
    EXPECT_FALSE(finds(both, "p3"));
    EXPECT_FALSE(finds(both, "d1"));
    EXPECT_EQ(of(both).size(), 2U);
    EXPECT_TRUE(of(appointment(actor("Patient/p1") + "," + actor("Patient/p1"))).empty());
    std::string const team =
        R"({"resourceType":"CareTeam","id":"t","participant":[{"member":{"reference":)"
        R"("Patient/p1"}},{"member":{"reference":"Patient/p2"}}])";
    EXPECT_TRUE(finds(team + "}", "p2"));
    EXPECT_TRUE(of(team + R"(,"subject":{"reference":"Patient/p1"}})").empty());
    EXPECT_TRUE(
        of(R"({"resourceType":"Group","id":"g","type":"person","actual":true,"member":[{"entity":)"
           R"({"reference":"Patient/p1"}},{"entity":{"reference":"Patient/p2"}}]})")
            .empty());
}

TEST_F(BlindTokensTest, IdentifiersWithAndWithoutTheirSystem) {
    EXPECT_TRUE(meets(eva_, "Patient", {{"identifier", "urn:mrn|A1"}}));
    EXPECT_TRUE(meets(eva_, "Patient", {{"identifier", "A1"}}));
    EXPECT_TRUE(meets(eva_, "Patient", {{"identifier", "|B2"}}));
    EXPECT_TRUE(meets(eva_, "Patient", {{"identifier", "x,A1"}}));
    EXPECT_FALSE(meets(eva_, "Patient", {{"identifier", "urn:other|A1"}}));
    EXPECT_FALSE(meets(eva_, "Patient", {{"identifier", "|A1"}}));
    EXPECT_FALSE(meets(eva_, "Practitioner", {{"identifier", "urn:mrn|A1"}}));
}

TEST_F(BlindTokensTest, TheBeginningOfANameWithADay) {
    for (auto const* name : {"mül", "Muller", "MULLERIN", "eva", "Müll"}) {
        EXPECT_TRUE(meets(eva_, "Patient", {{"name", name}, {"birthdate", "1980-02-29"}})) << name;
    }
    EXPECT_TRUE(meets(eva_, "Patient", {{"family", "muller"}, {"birthdate", "1980-02-29"}}));
    EXPECT_TRUE(meets(eva_, "Patient", {{"given:exact", "Eva"}, {"birthdate", "eq1980-02-29"}}));
    EXPECT_FALSE(meets(eva_, "Patient", {{"name", "mül"}, {"birthdate", "1980-03-01"}}));
    // Two letters make no token, neither in the question nor in the answer; three of them are
    // letters, not bytes.
    EXPECT_FALSE(asked("Patient", {{"name", "jo"}, {"birthdate", "1980-02-29"}}).has_value());
    EXPECT_FALSE(
        asked("Patient", {{"name", "\u00d8\u00d8"}, {"birthdate", "1980-02-29"}}).has_value());
    EXPECT_TRUE(asked("Patient", {{"name", "\u6f22\u5b57\u540d"}, {"birthdate", "1980-02-29"}})
                    .has_value());
}

TEST_F(BlindTokensTest, NoTokenOfWhatHasFewValues) {
    EXPECT_TRUE(of(patient_json("p1", R"(,"gender":"male","birthDate":"1980-02-29")")).empty());
    EXPECT_TRUE(of(patient_json("p1", R"(,"name":[{"family":"Muster"}])")).empty());
    EXPECT_TRUE(
        of(patient_json("p1", R"(,"name":[{"family":"Muster"}],"birthDate":"1980-02")")).empty());
    EXPECT_TRUE(of(R"({"resourceType":"Practitioner","id":"d1","name":[{"family":"Muster"}],)"
                   R"("birthDate":"1980-02-29"})")
                    .empty());
}

TEST_F(BlindTokensTest, AQueryWithoutATokenIsTooBroad) {
    for (auto const& parameters : std::vector<std::vector<fhir::SearchQuery::Parameter>>{
             {},
             {{"gender", "male"}},
             {{"name", "Muster"}},
             {{"birthdate", "1980-02-29"}},
             {{"name", "Muster"}, {"birthdate", "1980"}},
             {{"name", "Muster"}, {"birthdate", "lt1980-02-29"}},
             {{"name", "Muster"}, {"birthdate", "ap1980-02-29"}},
             {{"name", "Muster"}, {"birthdate", "ne1980-02-29"}},
             {{"name", "Muster,Mayer"}, {"birthdate", "1980-02-29"}},
             {{"name:contains", "Muster"}, {"birthdate", "1980-02-29"}},
             {{"name:missing", "true"}, {"birthdate", "1980-02-29"}},
             {{"identifier", "urn:mrn|"}},
             {{"identifier", "A1,urn:mrn|"}},
             {{"identifier:not", "A1"}},
             {{"identifier:missing", "false"}}}) {
        EXPECT_FALSE(asked("Patient", parameters).has_value())
            << (parameters.empty() ? "nothing" : parameters.front().first);
    }
    // Of what can stand with a patient there are no tokens.
    EXPECT_FALSE(asked("Observation", {{"identifier", "urn:mrn|A1"}}).has_value());
    EXPECT_TRUE(asked("Organization", {{"identifier", "urn:mrn|A1"}}).has_value());
}

TEST_F(BlindTokensTest, EachTokenOnce) {
    auto const tokens = of(patient_json(
        "p1", R"(,"identifier":[{"system":"urn:s","value":"1"},{"system":"urn:s","value":"1"}],)"
              R"("name":[{"family":"Muster"},{"family":"Mustermann"}],"birthDate":"1980-02-29")"));
    EXPECT_EQ(tokens.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(tokens));
}

}  // namespace
}  // namespace salus::operations

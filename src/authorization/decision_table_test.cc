#include "authorization/decision_table.h"

#include <array>
#include <gtest/gtest.h>
#include <map>

#include "authorization/policy_schema.h"
#include "authorization/supplied_policies.h"

namespace salus::authorization {
namespace {

constexpr char const* kRules = R"(
@id("nurse-read") @fields("name, telecom, birthDate")
permit(principal in Role::"nurse", action == Action::"read", resource in Type::"Patient")
when { resource.careRelationship };
@id("restricted") @description("Nobody sees what is restricted.")
forbid(principal, action, resource is Record) when { resource.labels.contains("R") };
@id("contact") @redact("telecom") @obligate("sign-in:phr:900, watermark")
permit(principal in Role::"nurse", action == Action::"limit", resource in Type::"Patient");
)";

std::string_view facts() {
    for (auto const& file : hospital_set()) {
        if (file.path == "facts.json") return file.text;
    }
    return {};
}

std::string table_of(std::string const& cases) {
    return R"({"about": "a test", "cases": [)" + cases + "]}";
}

// A case that comes out as it says, with these members in the stead of its own, by name.
using Changes = std::map<std::string, std::string>;
std::string allowed_case(Changes const& changes = {}) {
    Changes members{{"name", R"("a nurse reads")"},
                    {"roles", R"(["nurse"])"},
                    {"purpose", R"("TREAT")"},
                    {"action", R"("read")"},
                    {"type", R"("Patient")"},
                    {"facts", R"({"resource.careRelationship": true})"},
                    {"expect", R"("allow")"},
                    {"rules", R"(["nurse-read"])"},
                    {"fields", R"("name, telecom, birthDate")"},
                    {"redacted", R"("telecom")"},
                    {"withheld", R"("telecom, photo")"},
                    {"duties", R"("watermark, sign-in:phr:900")"}};
    for (auto const& [name, value] : changes) members[name] = value;
    std::string text;
    for (auto const& [name, value] : members) {
        if (!value.empty()) text += (text.empty() ? "" : ", ") + ('"' + name + "\": ") + value;
    }
    return "{" + text + "}";
}

auto checked(std::string const& table, std::string_view base = facts()) {
    auto const policy = read_and_validate(kRules);
    EXPECT_TRUE(policy);
    std::array const tables{TableText{"one.json", table}};
    return check_tables(*policy, base, tables);
}

std::string difference_of(Changes const& changes) {
    auto const report = checked(table_of(allowed_case(changes)));
    EXPECT_TRUE(report) << (report ? "" : report.error().front().message.text);
    if (!report || report->differences.empty()) return "";
    return describe(report->differences.front());
}

TEST(DecisionTable, WhatComesOutAsItSaysIsNoDifference) {
    auto const report = checked(table_of(allowed_case()));
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->passed());
    EXPECT_EQ(report->cases, 1U);
}

TEST(DecisionTable, WhateverComesOutOtherwiseIsTold) {
    EXPECT_EQ(difference_of({{"facts", R"({"resource.careRelationship": false})"}}),
              "decision: allow expected, deny came out; rules: nurse-read expected, none came out");
    EXPECT_EQ(difference_of({{"rules", R"(["other"])"}}),
              "rules: other expected, nurse-read came out");
    EXPECT_EQ(difference_of({{"fields", R"("name")"}}),
              "elements: name expected, birthDate, name came out");
    EXPECT_EQ(difference_of({{"fields", R"("*")"}, {"redacted", ""}}),
              "elements: * expected, birthDate, name came out; "
              "redacted: none expected, telecom came out");
    EXPECT_EQ(difference_of({{"withheld", R"("name")"}}), "not withheld: name");
    EXPECT_EQ(difference_of({{"duties", R"("watermark")"}}),
              "duties: watermark expected, sign-in:phr:900, watermark came out");
    // A fact that is taken away lets a forbid fail, which refuses.
    EXPECT_EQ(difference_of(
                  {{"facts", R"({"resource.careRelationship": true, "resource.labels": null})"}}),
              "decision: allow expected, deny came out; rules: nurse-read expected, none came out; "
              "erring: none expected, restricted came out");
}

TEST(DecisionTable, WhatIsNotUnderstoodIsRefused) {
    struct Row {
        Changes changes;
        char const* says;
    };
    std::vector<Row> const rows{
        {{{"colour", R"("red")"}}, "a case has no such member"},
        {{{"name", R"("")"}}, "a case has a name, of one line"},
        {{{"name", R"("a\nb")"}}, "a case has a name, of one line"},
        {{{"principal", R"("Group")"}}, "principal is User or Service"},
        {{{"roles", R"("nurse")"}}, "roles is a list of texts"},
        {{{"roles", "[1]"}}, "roles is a list of texts"},
        {{{"purpose", ""}}, "purpose is missing"},
        {{{"action", R"("limit")"}}, "action is none that is asked about a Record"},
        {{{"action", R"("administerRead")"}}, "action is none that is asked about a Record"},
        {{{"type", R"("HumanName")"}}, "type is no type of resources"},
        {{{"function", R"("users")"}}, "a case is about either a type or a function"},
        {{{"facts", R"({"resource.label": []})"}}, "resource.label: there is no such fact"},
        {{{"facts", R"({"resource.labels": "R"})"}},
         "resource.labels: resource.labels: it is not Set<String>"},
        {{{"facts", R"({"context.now": "soon"})"}}, nullptr},
        {{{"facts", R"({"context.network": "internal"})"}}, "context.network: it is a record"},
        {{{"facts", R"({"context.purpose": "TREAT"})"}},
         "the case itself says its purpose and its action"},
        {{{"expect", R"("maybe")"}}, nullptr},
        {{{"rules", ""}}, "rules are missing"},
        {{{"fields", ""}}, "fields are missing"},
        {{{"fields", R"("value[x]")"}}, "fields names no elements"},
        {{{"duties", R"("tell-somebody")"}}, "duties has a word that is no duty"},
        {{{"expect", R"("deny")"}}, "fields are of records that are allowed"},
    };
    for (auto const& [changes, says] : rows) {
        auto const report = checked(table_of(allowed_case(changes)));
        ASSERT_FALSE(report) << changes.begin()->first << changes.begin()->second;
        EXPECT_EQ(report.error().front().table, "one.json");
        if (says != nullptr) EXPECT_EQ(report.error().front().message.text, says);
    }
}

TEST(DecisionTable, SaysWhereItIsWrong) {
    auto const report = checked("{\"cases\": [\n  {\"name\": \"a\"}]}");
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().front().message.position, (cedar::Position{2, 3}));
}

TEST(DecisionTable, TablesWithoutCasesAndTablesThatAreNoneAreRefused) {
    for (auto const* text : {"", "[]", "{}", R"({"cases": []})", R"({"cases": 1})", "{", "1",
                             R"({"cases": [1]})", R"({"about": 1, "cases": []})"})
        EXPECT_FALSE(checked(text)) << text;
    EXPECT_FALSE(checked(table_of(allowed_case() + "," + allowed_case()))) << "one name twice";
    EXPECT_FALSE(check_tables(Policy(), facts(), {})) << "no table";
}

TEST(DecisionTable, FactsAreWholeAndKnown) {
    auto const table = table_of(allowed_case());
    for (std::string const text : {"", "[]", "{}", R"({"colours": {}})", R"({"principal": null})"})
        EXPECT_FALSE(checked(table, text)) << text;
    std::string less(facts());
    less.replace(less.find("\"hour\": 10, "), 12, "");
    auto const report = checked(table, less);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().front(), (TableProblem{"", {{1, 1}, "context.hour: it is absent"}}));
}

TEST(DecisionTable, IsBounded) {
    std::string cases;
    for (std::size_t i = 0; i <= kDecisionCasesMost; ++i)
        cases += (i == 0 ? "" : ",") + allowed_case({{"name", "\"" + std::to_string(i) + "\""}});
    ASSERT_LT(cases.size(), kDecisionTableBytes);
    EXPECT_EQ(checked(table_of(cases)).error().front().message.text, "there are too many cases");
    auto const long_table = table_of(allowed_case()) + std::string(kDecisionTableBytes, ' ');
    EXPECT_FALSE(checked(long_table));
    // Differences are counted all, and some are listed.
    std::string differing;
    for (std::size_t i = 0; i < 2 * kDifferencesMost; ++i)
        differing += (i == 0 ? "" : ",") +
                     allowed_case({{"name", "\"" + std::to_string(i) + "\""}, {"rules", "[]"}});
    auto const report = checked(table_of(differing));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->differing, 2 * kDifferencesMost);
    EXPECT_EQ(report->differences.size(), kDifferencesMost);
}

}  // namespace
}  // namespace salus::authorization

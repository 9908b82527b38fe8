// The decision tables of policies/hospital, by the law as the server applies it. Cedar's own
// authorizer decides the same tables in tests/outside/policies/hospital.mjs.
#include <filesystem>
#include <gtest/gtest.h>
#include <map>

#include "authorization/decision_table.h"
#include "authorization/hospital_policy_for_test.h"
#include "authorization/policy_schema.h"
#include "authorization/supplied_policies.h"
#include "authorization/type_groups.h"
#include "fhir/definitions.h"
#include "foundation/file.h"
#include "json/document.h"

namespace salus::authorization {
namespace {

namespace filesystem = std::filesystem;

filesystem::path policies() {
    return filesystem::path(SALUS_SOURCE_DIR) / "policies";
}

std::string text_at(filesystem::path const& path) {
    auto const bytes = read_file(path, std::size_t{8} << 20U);
    EXPECT_TRUE(bytes) << path;
    return bytes ? std::string(text_of(*bytes)) : std::string();
}

TEST(Hospital, EveryCaseOfItsTablesIsDecidedAsTheySay) {
    auto const policy = testing::hospital_policy();
    EXPECT_GT(policy.rules().policies().size(), 100U);
    EXPECT_TRUE(validate(policy).empty());
    std::map<std::string, std::string> texts;
    for (auto const& entry : filesystem::directory_iterator(policies() / "hospital" / "tests"))
        texts[entry.path().filename().string()] = text_at(entry.path());
    std::vector<TableText> tables;
    for (auto const& [name, text] : texts) tables.push_back({name, text});
    auto const report =
        check_tables(policy, text_at(policies() / "hospital" / "facts.json"), tables);
    for (auto const& problem : report ? std::vector<TableProblem>() : report.error())
        ADD_FAILURE() << problem.table << ":" << problem.message.position.line << ": "
                      << problem.message.text;
    ASSERT_TRUE(report);
    for (auto const& difference : report->differences)
        ADD_FAILURE() << difference.table << ": " << difference.name << ": "
                      << describe(difference);
    EXPECT_TRUE(report->passed());
    EXPECT_GE(report->cases, 300U);
}

TEST(Hospital, WhatIsBuiltInIsWhatTheFilesSay) {
    EXPECT_EQ(schema_text(), text_at(policies() / "schema.cedarschema"));
    std::size_t files = 0;
    for (auto const& entry : filesystem::recursive_directory_iterator(policies() / "hospital"))
        files += entry.is_regular_file() ? 1 : 0;
    EXPECT_EQ(hospital_set().size(), files);
    for (auto const& file : hospital_set())
        EXPECT_EQ(file.text, text_at(policies() / "hospital" / file.path)) << file.path;
}

TEST(Hospital, TypeGroupsAreThoseOfToolsOutside) {
    json::Parser parser;
    auto const groups = parser.parse(text_at(policies() / "type_groups.json"));
    ASSERT_TRUE(groups);
    std::size_t types = 0;
    for (auto const& group : groups->root().members()) {
        if (!group.value.is_array()) continue;
        for (auto const type : group.value.elements()) {
            EXPECT_EQ(group_of(type.text()), group.name()) << type.text();
            ++types;
        }
    }
    EXPECT_EQ(types, fhir::resource_types().size());
    EXPECT_EQ(group_of("HumanName"), "");
}

}  // namespace
}  // namespace salus::authorization

#include "cedar/entity_json.h"

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "cedar/policy_set.h"
#include "json/document.h"

namespace salus::cedar {
namespace {

// The value as the policy language writes it, or what is wrong.
std::string read(std::string text) {
    json::Parser parser;
    auto const document = parser.parse(std::move(text));
    if (!document) return "no JSON";
    auto const value = read_value(document->root());
    return value ? to_text(*value) : std::string(value.error().why.text());
}

TEST(CedarJson, Values) {
    std::vector<std::pair<std::string, std::string>> const table{
        {"true", "true"},
        {"-9223372036854775808", "-9223372036854775808"},
        {R"("a\n")", R"("a\n")"},
        {"[2, 1, 2]", "[1, 2]"},
        {R"({"b": 1, "a": {}})", "{a: {}, b: 1}"},
        {R"({"__entity": {"type": "A::B", "id": "x"}})", R"(A::B::"x")"},
        {R"({"type": "A", "id": "x"})", R"({id: "x", type: "A"})"},
        {R"({"__entity": 1, "more": 2})", "{__entity: 1, more: 2}"},
        {R"({"__extn": {"fn": "decimal", "arg": "1.5"}})", R"(decimal("1.5"))"},
        {R"({"__extn": {"fn": "offset", "args": [
              {"__extn": {"fn": "datetime", "arg": "2024-01-01"}},
              {"__extn": {"fn": "duration", "arg": "1d"}}]}})",
         R"(datetime("2024-01-02T00:00:00.000Z"))"},
        {"null", "there is no null"},
        {"1.5", "a number is an integer of 64 bits"},
        {"1e3", "a number is an integer of 64 bits"},
        {R"({"__extn": {"fn": "ip", "arg": "x"}})",
         "an extension function does not take this argument"},
        {R"({"__extn": {"fn": "system", "arg": "x"}})", "an unknown extension function"},
        {R"({"__extn": {"fn": "ip"}})", "an extension value has \"fn\" and \"arg\""},
        {R"({"__extn": {"fn": "ip", "args": []}})", "an extension value has no arguments"},
        {R"({"__extn": {"fn": "ip", "args": ["::", "::"]}})",
         "an extension function with another number of arguments"},
        {R"({"__entity": {"type": "A b", "id": "x"}})", "not the name of an entity type"},
        {R"({"__entity": {"type": "A"}})", "an entity's uid has \"type\" and \"id\""},
        {R"({"__entity": []})", "an entity's uid has \"type\" and \"id\""},
    };
    for (auto const& [text, expected] : table) EXPECT_EQ(read(text), expected) << text;
}

TEST(CedarJson, Entities) {
    json::Parser parser;
    auto const document = parser.parse(
        R"([{"uid": {"__entity": {"type": "User", "id": "ada"}}, "attrs": {"n": 1},
             "tags": {"t": "x"}, "parents": [{"type": "Role", "id": "nurse"}]},
            {"uid": {"type": "Role", "id": "nurse"}}])");
    ASSERT_TRUE(document);
    auto entities = read_entities(document->root());
    ASSERT_TRUE(entities);
    EntityTable const table(*std::move(entities));
    EntityUid const ada{.type = "User", .id = "ada"};
    EntityUid const nurse{.type = "Role", .id = "nurse"};
    EXPECT_TRUE(table.is_in(ada, nurse));
    EXPECT_FALSE(table.is_in(nurse, ada));
    ASSERT_NE(table.find(ada), nullptr);
    EXPECT_EQ(*table.find(ada)->attributes->find("n")->integer(), 1);
    EXPECT_EQ(*table.find(ada)->tags->find("t")->text(), "x");
    EXPECT_EQ(table.find(nurse)->attributes, nullptr);
    EXPECT_EQ(table.find({.type = "User", .id = "eve"}), nullptr);
}

TEST(CedarJson, EntitiesHaveABound) {
    auto const list = [](std::size_t count, std::string const& parents) {
        std::string text = "[";
        for (std::size_t i = 0; i < count; ++i)
            text += std::string(i == 0 ? "" : ",") + R"({"uid": {"type": "A", "id": ")" +
                    std::to_string(i) + R"("}, "parents": [)" + parents + "]}";
        return text + "]";
    };
    std::string parents = R"({"type": "A", "id": "0"})";
    for (int i = 0; i < 10; ++i) parents += R"(, {"type": "A", "id": "0"})";
    json::Parser parser;
    auto const good = parser.parse(list(kEntitiesMost, ""));
    auto const many = parser.parse(list(kEntitiesMost + 1, ""));
    auto const dense = parser.parse(list(kEntitiesMost, parents));
    ASSERT_TRUE(good && many && dense);
    EXPECT_TRUE(read_entities(good->root()));
    EXPECT_EQ(read_entities(many->root()).error().code, Errc::too_large);
    EXPECT_EQ(read_entities(dense->root()).error().code, Errc::too_large);
}

TEST(CedarJson, EntitiesThatAreNone) {
    std::vector<std::pair<std::string, std::string>> const table{
        {"{}", "not a list of entities at "},
        {"[{}]", "an entity has no \"uid\" at [0]"},
        {R"([{"uid": {"type": "A", "id": "x"}, "attrs": {"a": [null]}}])",
         "there is no null at [0].attrs[0]"},
        {R"([{"uid": {"type": "A", "id": "x"}, "parents": [1]}])",
         "an entity's uid has \"type\" and \"id\" at [0].parents[0]"},
        {R"([{"uid": {"type": "A", "id": "x"}, "tags": 1}])", "not an object at [0].tags"},
        {R"([{"uid": {"type": "A", "id": "x"}, "other": 1}])",
         "an entity has uid, attrs, parents and tags only at [0]"},
    };
    json::Parser parser;
    for (auto const& [text, expected] : table) {
        auto const document = parser.parse(text);
        ASSERT_TRUE(document);
        auto const entities = read_entities(document->root());
        ASSERT_FALSE(entities) << text;
        EXPECT_EQ(std::string(entities.error().why.text()) + " at " + entities.error().where.path(),
                  expected);
    }
}

}  // namespace
}  // namespace salus::cedar

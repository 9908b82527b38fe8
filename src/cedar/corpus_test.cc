// The corpus of decided requests that the Cedar project generated and checked against its formal
// model: decision, determining policies and erring policies must be the same in every one; and its
// hand-written cases. Every policy of them survives being formatted.
#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cedar/entity_json.h"
#include "cedar/material_for_test.h"
#include "cedar/policy_set.h"
#include "json/document.h"

namespace salus::cedar {
namespace {

using Names = std::set<std::string>;

struct Tally {
    int tests = 0;
    int requests = 0;
    int wrong = 0;
    std::map<std::string, int> unsupported;  // by reason
};

Names names_in(json::Value list) {
    Names names;
    for (auto const name : list.elements()) names.insert(name.text());
    return names;
}

Names ids_of(PolicySet const& policies, std::vector<std::uint32_t> const& which) {
    Names ids;
    for (auto const policy : which) ids.insert(policies.policies()[policy].id);
    return ids;
}

// Cedar's: the satisfied forbids if there are any, else the satisfied permits.
Names reason(PolicySet const& policies, Response const& response) {
    auto which = response.satisfied;
    auto const is_permit = [&](std::uint32_t policy) {
        return policies.policies()[policy].effect == Effect::permit;
    };
    if (!response.allowed && !std::ranges::all_of(which, is_permit))
        std::erase_if(which, is_permit);
    return ids_of(policies, which);
}

bool agrees(PolicySet const& policies, Entities const& entities, json::Value test) {
    auto const principal = read_entity_uid(*test.member("principal"));
    auto const action = read_entity_uid(*test.member("action"));
    auto const resource = read_entity_uid(*test.member("resource"));
    auto const context = read_record(*test.member("context"));
    if (!principal || !action || !resource || !context) return false;
    auto const response = policies.evaluate(
        {.principal = *principal, .action = *action, .resource = *resource, .context = *context},
        entities);
    return response.allowed == test.member("decision")->is_text("allow") &&
           reason(policies, response) == names_in(*test.member("reason")) &&
           ids_of(policies, response.erring) == names_in(*test.member("errors"));
}

// The text of each policy gives the same policy again, and the same text.
bool survives_formatting(std::vector<Policy> const& policies) {
    std::string text;
    for (auto const& policy : policies) text += to_text(policy);
    auto const again = parse_policies(text);
    if (!again || again->size() != policies.size()) return false;
    for (std::size_t i = 0; i < policies.size(); ++i)
        if (!same(policies[i], (*again)[i]) || to_text(policies[i]) != to_text((*again)[i]))
            return false;
    return true;
}

void run(std::string const& id, std::string const& text, std::vector<Entity> entities,
         json::Value requests, Tally& tally) {
    ++tally.tests;
    auto const policies = PolicySet::parse(text);
    if (!policies) {
        ++tally.unsupported[policies.error().front().text];
        return;
    }
    EXPECT_TRUE(survives_formatting(policies->policies())) << id;
    EntityTable const known(std::move(entities));
    for (auto const request : requests.elements()) {
        ++tally.requests;
        if (agrees(*policies, known, request)) continue;
        ++tally.wrong;
        ADD_FAILURE() << id << ", " << request.text_member("description").value_or("");
    }
}

void print(Tally const& tally) {
    std::cout << tally.tests << " tests, " << tally.requests << " requests, " << tally.wrong
              << " wrong\n";
    for (auto const& [reason, count] : tally.unsupported)
        std::cout << "  not run: " << count << ": " << reason << "\n";
}

TEST(CedarCorpus, EveryDecisionAgrees) {
    auto const folder = corpus_folder();
    if (folder.empty()) GTEST_SKIP();
    Tally tally;
    json::Parser parser;
    for_each_line(folder / "corpus.ndjson.gz", [&](std::string line) {
        auto const document = parser.parse(std::move(line));
        ASSERT_TRUE(document);
        auto const test = document->root();
        auto entities = read_entities(*test.member("entities"));
        ASSERT_TRUE(entities) << entities.error().why.text();
        run(*test.text_member("id"), *test.text_member("policies"), *std::move(entities),
            *test.member("requests"), tally);
    });
    print(tally);
    EXPECT_GE(tally.tests, 3'800);
    EXPECT_EQ(tally.wrong, 0);
    // Cedar finds out when it evaluates a policy that a function has another number of arguments;
    // here such a policy is refused.
    auto refused = 0;
    for (auto const& [reason, count] : tally.unsupported) {
        EXPECT_THAT(reason, testing::ContainsRegex("\\(\\) takes [0-9] argument"));
        refused += count;
    }
    EXPECT_LE(refused, 40);
}

// The hand-written cases give entities in the short form, {"type", "id"} within attributes, which
// elsewhere takes a schema to tell from a record.
Value with_entities(Value const& value) {
    if (auto const* const set = value.set()) {
        std::vector<Value> elements;
        elements.reserve(set->elements().size());
        for (auto const& element : set->elements()) elements.push_back(with_entities(element));
        return Value(Set(std::move(elements)));
    }
    auto const* const record = value.record();
    if (record == nullptr) return value;
    auto const* const type = record->find("type");
    auto const* const id = record->find("id");
    if (type != nullptr && id != nullptr && record->size() == 2)
        return Value(EntityUid{.type = *type->text(), .id = *id->text()});
    std::vector<Record::Member> members;
    members.reserve(record->size());
    for (auto const [name, member] : record->members())
        members.emplace_back(name, with_entities(member));
    return Value(Record(std::move(members)));
}

void run_hand_written(std::filesystem::path const& root, std::filesystem::path const& file,
                      Tally& tally) {
    json::Parser parser;
    auto const document = parser.parse(read_file(file));
    ASSERT_TRUE(document);
    auto const test = document->root();
    auto const entities = parser.parse(read_file(root / *test.text_member("entities")));
    ASSERT_TRUE(entities);
    auto table = read_entities(entities->root());
    ASSERT_TRUE(table) << file << table.error().why.text() << table.error().where.path();
    for (auto& entity : *table) {
        Value const attributes(entity.attributes);
        entity.attributes = std::make_shared<Record const>(*with_entities(attributes).record());
    }
    run(file.filename(), read_file(root / *test.text_member("policies")), *std::move(table),
        *test.member("requests"), tally);
}

TEST(CedarCorpus, HandWrittenCasesAgree) {
    auto const folder = corpus_folder();
    if (folder.empty()) GTEST_SKIP();
    Tally tally;
    auto const root = folder / "hand-written";
    for (auto const& entry : std::filesystem::recursive_directory_iterator(root / "tests"))
        if (entry.path().extension() == ".json") run_hand_written(root, entry.path(), tally);
    print(tally);
    EXPECT_GE(tally.tests, 20);
    EXPECT_EQ(tally.wrong, 0);
    EXPECT_TRUE(tally.unsupported.empty());
}

}  // namespace
}  // namespace salus::cedar

// The decision tables of policies/hospital, by the law as the server applies it. Cedar's own
// authorizer decides the same tables in tests/outside/policies/hospital.mjs.
#include <filesystem>
#include <gtest/gtest.h>
#include <map>

#include "authorization/law.h"
#include "authorization/type_groups.h"
#include "cedar/entity_json.h"
#include "fhir/definitions.h"
#include "foundation/file.h"

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

Policy hospital() {
    std::vector<filesystem::path> paths;
    for (auto const& entry : filesystem::directory_iterator(policies() / "hospital")) {
        if (entry.path().extension() == ".cedar") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::string text;
    for (auto const& path : paths) text += text_at(path) + "\n";
    auto policy = Policy::parse(std::move(text));
    for (auto const& message : policy ? std::vector<cedar::Message>() : policy.error())
        ADD_FAILURE() << message.position.line << ": " << message.text;
    return policy ? *std::move(policy) : Policy();
}

std::vector<std::string> texts_of(json::Value root, std::string_view member) {
    std::vector<std::string> texts;
    auto const list = root.member(member);
    if (!list) return texts;
    for (auto const value : list->elements()) texts.push_back(value.text());
    return texts;
}

// "a, b" as a sorted list.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (char const c : std::string(text) + ",") {
        if (c != ',' && c != ' ' && c != '\n') word += c;
        if (c == ',' && !word.empty()) words.push_back(std::exchange(word, {}));
    }
    std::ranges::sort(words);
    return words;
}

// Facts by path, "context.network.zone", so that a case can change one.
using Facts = std::map<std::string, cedar::Value>;

void add_facts(Facts& facts, std::string const& path, json::Value value) {
    bool const leaf = !value.is_object() || value.member("__extn");
    if (!leaf) {
        for (auto const& member : value.members())
            add_facts(facts, path.empty() ? member.name() : path + "." + member.name(),
                      member.value);
        return;
    }
    if (value.is_null()) {
        std::erase_if(facts, [&](auto const& fact) {
            return fact.first == path || fact.first.starts_with(path + ".");
        });
        return;
    }
    auto const time = path == "context.now";
    auto const address = path == "context.network.address";
    if (time || address) {
        json::Parser parser;
        auto const text = std::string(R"({"__extn":{"fn":")") + (time ? "datetime" : "ip") +
                          R"(","arg":)" + std::string(value.raw()) + "}}";
        auto const parsed = parser.parse(text);
        facts.insert_or_assign(path, cedar::read_value(parsed->root()).value());
        return;
    }
    facts.insert_or_assign(path, cedar::read_value(value).value());
}

cedar::Record record_of(Facts const& facts, std::string const& prefix) {
    std::vector<cedar::Record::Member> members;
    std::map<std::string, bool> nested;
    for (auto const& [path, value] : facts) {
        if (!path.starts_with(prefix + ".")) continue;
        auto const rest = path.substr(prefix.size() + 1);
        auto const dot = rest.find('.');
        if (dot == std::string::npos) {
            members.emplace_back(rest, value);
        } else {
            nested[rest.substr(0, dot)] = true;
        }
    }
    for (auto const& [name, is_there] : nested)
        members.emplace_back(name, cedar::Value(record_of(facts, prefix + "." + name)));
    return cedar::Record(std::move(members));
}

class Case {
public:
    Case(Facts facts, json::Value root) : facts_(std::move(facts)), root_(root) {
        if (auto const changes = root.member("facts")) {
            for (auto const& change : changes->members())
                add_facts(facts_, change.name(), change.value);
        }
        auto const text = [&](char const* name) { return root.text_member(name).value_or(""); };
        facts_.insert_or_assign("context.purpose", cedar::Value(text("purpose")));
        facts_.insert_or_assign("context.action", cedar::Value(text("action")));
        type_ = text("type");
        principal_ = {root.text_member("principal").value_or("User"), "somebody"};
        action_ = {"Action", text("action")};
        resource_ = type_.empty() ? cedar::EntityUid{"Function", text("function")}
                                  : cedar::EntityUid{"Record", "one"};
    }

    [[nodiscard]] Outcome decide(Policy const& policy) const {
        std::vector<cedar::EntityUid> roles;
        for (auto const& role : texts_of(root_, "roles")) roles.push_back({"Role", role});
        auto const attributes = [&](std::string const& prefix) {
            return std::make_shared<cedar::Record const>(record_of(facts_, prefix));
        };
        std::vector<cedar::Entity> entities;
        entities.push_back({principal_, attributes("principal"), nullptr, std::move(roles)});
        bool const record = !type_.empty();
        entities.push_back({resource_, attributes(record ? "resource" : "function"), nullptr,
                            record ? std::vector<cedar::EntityUid>{{"Type", type_}}
                                   : std::vector<cedar::EntityUid>()});
        for (auto const& type : fhir::resource_types()) {
            entities.push_back({{"Type", std::string(type.name.text())},
                                nullptr,
                                nullptr,
                                {{"TypeGroup", std::string(group_of(type.name.text()))}}});
        }
        cedar::EntityTable const table(std::move(entities));
        auto const context = record_of(facts_, "context");
        cedar::Response memory;
        return apply(policy, {principal_, action_, resource_, context}, table, type_, memory);
    }

    // What the table says of it.
    void check(Outcome const& outcome) const {
        auto const expected = root_.text_member("expect");
        EXPECT_EQ(outcome.allowed, expected == "allow");
        std::vector<std::string> rules;
        for (auto const& rule : outcome.rules) rules.push_back(rule.text());
        std::ranges::sort(rules);
        auto wanted = texts_of(root_, "rules");
        for (auto const& erring : texts_of(root_, "erring")) wanted.push_back(erring);
        std::ranges::sort(wanted);
        EXPECT_EQ(rules, wanted);
        if (!outcome.allowed) return;
        bool const redacts = root_.member("redacted").has_value();
        auto const fields = root_.text_member("fields");
        if (fields == "*" && !redacts) EXPECT_TRUE(outcome.elements.all);
        if (fields && fields != "*" && !redacts)
            EXPECT_EQ(outcome.elements.names, words_of(*fields));
        for (auto const& name : words_of(root_.text_member("withheld").value_or("")))
            EXPECT_FALSE(outcome.elements.contains(name)) << name;
        for (auto const& name : words_of(root_.text_member("redacted").value_or("")))
            EXPECT_FALSE(outcome.elements.contains(name)) << name;
    }

private:
    Facts facts_;
    json::Value root_;
    std::string type_;
    cedar::EntityUid principal_;
    cedar::EntityUid action_;
    cedar::EntityUid resource_;
};

TEST(Hospital, EveryCaseOfItsTablesIsDecidedAsTheySay) {
    auto const policy = hospital();
    EXPECT_GT(policy.rules().policies().size(), 100U);
    json::Parser parser;
    auto const base = parser.parse(text_at(policies() / "hospital" / "facts.json"));
    ASSERT_TRUE(base);
    Facts facts;
    add_facts(facts, "", base->root());
    std::size_t cases = 0;
    for (auto const& entry : filesystem::directory_iterator(policies() / "hospital" / "tests")) {
        auto const table = parser.parse(text_at(entry.path()));
        ASSERT_TRUE(table) << entry.path();
        for (auto const each : table->root().member("cases")->elements()) {
            SCOPED_TRACE(each.text_member("name").value_or(""));
            Case const one(facts, each);
            one.check(one.decide(policy));
            ++cases;
        }
    }
    EXPECT_GE(cases, 150U);
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

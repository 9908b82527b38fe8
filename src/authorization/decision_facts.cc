#include "authorization/decision_facts.h"

#include <array>
#include <set>

#include "authorization/policy_schema.h"
#include "cedar/entity_json.h"
#include "cedar/schema_conformance.h"

namespace salus::authorization {
namespace {

constexpr auto kHolders =
    std::to_array<std::string_view>({"principal", "resource", "function", "context"});

// Persons and services are declared alike, and so are the circumstances of all actions.
cedar::TypePointer type_of_holder(std::string_view name) {
    auto const& schema = policy_schema();
    if (name == "context") {
        auto const* action = schema.action({"Action", "read"});
        return action == nullptr ? nullptr : action->context;
    }
    auto const* type = schema.entity_type(name == "principal"  ? "User"
                                          : name == "resource" ? "Record"
                                                               : "Function");
    return type == nullptr ? nullptr : type->attributes;
}

// nullptr: it is not declared.
cedar::TypePointer declared_type(std::string_view path) {
    auto const dot = path.find('.');
    auto const holder = path.substr(0, dot);
    if (std::ranges::find(kHolders, holder) == kHolders.end()) return nullptr;
    auto type = type_of_holder(holder);
    auto rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    while (type != nullptr && !rest.empty()) {
        auto const end = rest.find('.');
        auto const found = type->attributes.find(rest.substr(0, end));
        if (found == type->attributes.end()) return nullptr;
        type = found->second.type;
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    return path.ends_with('.') ? nullptr : type;
}

// What is declared as an instant or an address may be written as the text alone.
std::string_view constructor_of(cedar::TypeKind kind) {
    if (kind == cedar::TypeKind::date_time) return "datetime";
    return kind == cedar::TypeKind::ip_range ? "ip" : std::string_view();
}

Result<cedar::Value> read_value(json::Value value, cedar::Type const& type) {
    auto const constructor = constructor_of(type.kind);
    if (constructor.empty() || !value.is_string()) return cedar::read_value(value);
    json::Parser parser;
    auto call = R"({"__extn":{"fn":")" + std::string(constructor) + R"(","arg":)";
    SALUS_TRY(auto const parsed, parser.parse(call.append(value.raw()).append("}}")));
    return cedar::read_value(parsed.root());
}

}  // namespace

std::optional<FactProblem> read_facts(std::string const& path, json::Value value,
                                      FactChanges& changes) {
    auto const type = declared_type(path);
    if (type == nullptr) return FactProblem{value, "there is no such fact"};
    if (value.is_null()) {
        changes.emplace_back(path, std::nullopt);
        return std::nullopt;
    }
    if (type->kind == cedar::TypeKind::record) {
        if (!value.is_object()) return FactProblem{value, "it is a record"};
        for (auto const member : value.members()) {
            auto problem = read_facts(path + "." + member.name(), member.value, changes);
            if (problem) return problem;
        }
        return std::nullopt;
    }
    auto read = read_value(value, *type);
    if (!read) return FactProblem{value, std::string(read.error().why.text())};
    auto const conforms = cedar::conforms(*read, *type, policy_schema(), path);
    if (!conforms) return FactProblem{value, conforms.error()};
    changes.emplace_back(path, *std::move(read));
    return std::nullopt;
}

void DecisionFacts::apply(FactChange const& change) {
    auto const& [path, value] = change;
    if (value) {
        facts_.insert_or_assign(path, *value);
        return;
    }
    std::erase_if(facts_, [&](auto const& fact) {
        return fact.first == path || fact.first.starts_with(path + ".");
    });
}

cedar::Record DecisionFacts::record(std::string const& path) const {
    auto const prefix = path + ".";
    std::vector<cedar::Record::Member> members;
    std::set<std::string> nested;
    for (auto const& [name, value] : facts_) {
        if (!name.starts_with(prefix)) continue;
        auto const rest = name.substr(prefix.size());
        auto const dot = rest.find('.');
        if (dot == std::string::npos)
            members.emplace_back(rest, value);
        else
            nested.insert(rest.substr(0, dot));
    }
    for (auto const& name : nested) members.emplace_back(name, cedar::Value(record(prefix + name)));
    return cedar::Record(std::move(members));
}

std::optional<std::string> DecisionFacts::missing() const {
    auto whole = *this;
    whole.apply({"context.purpose", cedar::Value(std::string())});
    whole.apply({"context.action", cedar::Value(std::string())});
    for (auto const holder : kHolders) {
        auto const type = type_of_holder(holder);
        if (type == nullptr) return std::string(holder) + ": it is not declared";
        auto const conforms = cedar::conforms(cedar::Value(whole.record(std::string(holder))),
                                              *type, policy_schema(), holder);
        if (!conforms) return conforms.error();
    }
    return std::nullopt;
}

}  // namespace salus::authorization

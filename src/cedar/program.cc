#include "cedar/program.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <ranges>
#include <span>
#include <utility>

#include "cedar/evaluation.h"
#include "cedar/quoted_text.h"

namespace salus::cedar {
namespace {

template <class T>
void append_bytes(std::string& key, T const& value) {
    std::array<char, sizeof(T)> bytes{};
    std::memcpy(bytes.data(), &value, sizeof(T));
    key.append(bytes.data(), bytes.size());
}

// Equal for equal nodes only.
std::string key_of(Node const& node, std::vector<NodeIndex> const& operands) {
    std::string key;
    append_bytes(key, node.operation);
    append_bytes(key, node.variable);
    append_bytes(key, node.function);
    append_bytes(key, node.datum);
    for (auto const operand : operands) append_bytes(key, operand);
    return key;
}

std::uint32_t narrow(std::size_t size) noexcept {
    return static_cast<std::uint32_t>(size);
}

}  // namespace

NodeIndex Compiler::add(Expression const& expression) {
    Node node{.operation = expression.operation, .variable = expression.variable};
    std::vector<NodeIndex> operands;
    operands.reserve(expression.operands.size());
    for (auto const& operand : expression.operands) operands.push_back(add(operand));
    switch (expression.operation) {
        case Operation::literal:
            return add_constant(expression.literal ? *expression.literal : Value(false));
        case Operation::attribute:
        case Operation::has:
        case Operation::is:
        case Operation::is_in: node.datum = name(expression.names.front()); break;
        case Operation::in: node.datum = group(node, operands); break;
        case Operation::record: node.datum = record_names(expression.names); break;
        case Operation::like: node.datum = pattern(expression.pattern); break;
        case Operation::call:
            if (auto const* const facts = find_function(expression.names.front()))
                node.function = facts->function;
            break;
        default: break;
    }
    return fold(insert(node, operands));
}

NodeIndex Compiler::add_variable(Variable variable) {
    return insert({.operation = Operation::variable, .variable = variable}, {});
}

NodeIndex Compiler::add_constant(Value value) {
    auto const [constant, is_new] =
        constants_.try_emplace(value, narrow(program_.constants.size()));
    if (is_new) {
        program_.values.push_back(std::move(value));
        program_.constants.emplace_back(program_.values.back());
    }
    return insert({.operation = Operation::literal, .datum = constant->second}, {});
}

NodeIndex Compiler::insert(Node node, std::vector<NodeIndex> const& operands) {
    auto const [known, is_new] =
        known_.try_emplace(key_of(node, operands), narrow(program_.nodes.size()));
    if (!is_new) return known->second;
    node.first = narrow(program_.operands.size());
    node.count = narrow(operands.size());
    program_.operands.insert(program_.operands.end(), operands.begin(), operands.end());
    std::ranges::copy(operands | std::views::take(node.nearest.size()), node.nearest.begin());
    for (auto const operand : operands) ++uses_[operand];
    program_.nodes.push_back(node);
    uses_.push_back(0);
    return known->second;
}

std::uint32_t Compiler::name(std::string const& name) {
    auto const [known, is_new] = names_.try_emplace(name, narrow(program_.names.size()));
    if (is_new) program_.names.push_back(name);
    return known->second;
}

std::uint32_t Compiler::record_names(std::vector<std::string> const& names) {
    auto const [known, is_new] = record_names_.try_emplace(names, narrow(program_.names.size()));
    if (is_new) program_.names.insert(program_.names.end(), names.begin(), names.end());
    return known->second;
}

std::uint32_t Compiler::pattern(Pattern const& pattern) {
    auto const [known, is_new] =
        patterns_.try_emplace(quote(pattern), narrow(program_.patterns.size()));
    if (is_new) program_.patterns.push_back(pattern);
    return known->second;
}

std::uint32_t Compiler::group(Node& node, std::vector<NodeIndex> const& operands) {
    auto const& left = program_.nodes[operands[0]];
    bool const of_entity =
        left.operation == Operation::variable && left.variable != Variable::context;
    if (!of_entity || !is_constant(operands[1])) return 0;
    auto const right = program_.constants[program_.nodes[operands[1]].datum];
    std::vector<Symbol> symbols;
    if (auto const* const entity = right.entity()) symbols.push_back(program_.symbols.add(*entity));
    if (auto const* const set = right.set()) {
        for (auto const& element : set->elements()) {
            auto const* const entity = element.entity();
            if (entity == nullptr) return 0;
            symbols.push_back(program_.symbols.add(*entity));
        }
    } else if (symbols.empty()) {
        return 0;
    }
    std::ranges::sort(symbols);
    node.variable = left.variable;
    auto const [known, is_new] = groups_.try_emplace(symbols, narrow(program_.groups.size() + 1));
    if (is_new) program_.groups.push_back(std::move(symbols));
    return known->second;
}

bool Compiler::is_constant(NodeIndex node) const noexcept {
    return program_.nodes[node].operation == Operation::literal;
}

// Only what makes values: ip("..."), sets and records. What errs stays, to err in its time.
NodeIndex Compiler::fold(NodeIndex index) {
    auto const node = program_.nodes[index];
    if (node.operation != Operation::call && node.operation != Operation::set &&
        node.operation != Operation::record)
        return index;
    auto const operands = std::span(program_.operands).subspan(node.first, node.count);
    auto const constant = [this](NodeIndex operand) { return is_constant(operand); };
    if (!std::ranges::all_of(operands, constant)) return index;
    std::vector<Operand> values;
    values.reserve(operands.size());
    for (auto const operand : operands)
        values.push_back(program_.constants[program_.nodes[operand].datum]);
    if (node.operation == Operation::call) {
        auto value = call_function(node.function, values);
        return value ? add_constant(*std::move(value)) : index;
    }
    if (node.operation == Operation::set) {
        std::vector<Value> elements;
        elements.reserve(values.size());
        for (auto const value : values) elements.push_back(value.borrowed());
        return add_constant(Value(Set(std::move(elements))));
    }
    std::vector<Record::Member> members;
    members.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        members.emplace_back(program_.names[node.datum + i], values[i].borrowed());
    return add_constant(Value(Record(std::move(members))));
}

// The slots go to the nodes that are used most.
void Compiler::finish() {
    std::vector<NodeIndex> shared;
    for (NodeIndex i = 0; i < program_.nodes.size(); ++i) {
        auto const operation = program_.nodes[i].operation;
        if (uses_[i] > 1 && operation != Operation::literal && operation != Operation::variable)
            shared.push_back(i);
    }
    std::ranges::sort(shared, [this](NodeIndex one, NodeIndex other) {
        return uses_[one] != uses_[other] ? uses_[one] > uses_[other] : one < other;
    });
    if (shared.size() > kSlots) shared.resize(kSlots);
    auto const reads_action = readers_of(Variable::action);
    for (std::size_t i = 0; i < shared.size(); ++i) {
        program_.nodes[shared[i]].slot = static_cast<std::uint16_t>(i);
        program_.of_any_action.set(i, !reads_action[shared[i]]);
    }
}

// A node stands behind its operands.
std::vector<bool> Compiler::readers_of(Variable variable) const {
    std::vector<bool> readers;
    readers.reserve(program_.nodes.size());
    for (auto const& node : program_.nodes) {
        auto const operands = std::span(program_.operands).subspan(node.first, node.count);
        bool const is_it = node.operation == Operation::variable && node.variable == variable;
        readers.push_back(is_it || std::ranges::any_of(operands, [&](NodeIndex operand) {
                              return readers[operand];
                          }));
    }
    return readers;
}

}  // namespace salus::cedar

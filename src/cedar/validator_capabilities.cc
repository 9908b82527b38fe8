#include "cedar/validator_capabilities.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace salus::cedar {
namespace {

// With its length before it, so that what follows cannot run into it.
void append_part(std::string& key, std::string_view part) {
    key.append(std::to_string(part.size())).append(":").append(part);
}

void append_literal(std::string& key, Expression const& expression) {
    auto const& literal = *expression.literal;
    key += 'a' + static_cast<char>(literal.variant().index());
    if (auto const* const boolean = literal.boolean()) {
        key += *boolean ? '1' : '0';
    } else if (auto const* const integer = literal.integer()) {
        append_part(key, std::to_string(*integer));
    } else if (auto const* const text = literal.text()) {
        append_part(key, *text);
    } else if (auto const* const entity = literal.entity()) {
        append_part(key, entity->type);
        append_part(key, entity->id);
    } else {  // no parser makes it; then it is like itself alone
        append_part(key, std::to_string(reinterpret_cast<std::uintptr_t>(&expression)));
    }
}

// Of equal expressions equal, of others not, wherever they stand in the text.
void append_expression(std::string& key, Expression const& expression) {
    key.append(std::to_string(static_cast<int>(expression.operation))).append("(");
    if (expression.literal) append_literal(key, expression);
    if (expression.operation == Operation::variable) {
        key.append(std::to_string(static_cast<int>(expression.variable)));
    }
    for (auto const& name : expression.names) append_part(key, name);
    for (auto const& part : expression.pattern.parts) {
        if (part) {
            append_part(key, *part);
        } else {
            key += '*';
        }
    }
    for (auto const& operand : expression.operands) append_expression(key, operand);
    key += ')';
}

}  // namespace

CapabilitySet united(CapabilitySet const& one, CapabilitySet const& other) {
    CapabilitySet all;
    std::ranges::set_union(one, other, std::back_inserter(all));
    return all;
}

CapabilitySet shared(CapabilitySet const& one, CapabilitySet const& other) {
    CapabilitySet all;
    std::ranges::set_intersection(one, other, std::back_inserter(all));
    return all;
}

Capability Capabilities::attribute(Expression const& expression, std::string_view name) {
    std::string key = "attribute ";
    append_part(key, name);
    append_expression(key, expression);
    return fact(std::move(key));
}

Capability Capabilities::tag(Expression const& expression, Expression const& name) {
    std::string key = "tag ";
    append_expression(key, name);
    append_expression(key, expression);
    return fact(std::move(key));
}

Capability Capabilities::fact(std::string key) {
    auto const [found, made] =
        facts_.try_emplace(std::move(key), static_cast<Capability>(held_.size()));
    if (made) held_.push_back(0);
    return found->second;
}

void Capabilities::hold(std::span<Capability const> facts) {
    for (auto const fact : facts) ++held_[fact];
}

void Capabilities::release(std::span<Capability const> facts) {
    for (auto const fact : facts) --held_[fact];
}

}  // namespace salus::cedar

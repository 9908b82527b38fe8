#include "authorization/record_dependence.h"

#include <algorithm>
#include <array>
#include <span>

namespace salus::authorization {
namespace {

using cedar::Condition;
using cedar::Expression;
using cedar::Operation;

constexpr std::array<std::string_view, 7> kShownByRecords{
    "authored", "careRelationship", "consented", "labels", "locations", "own", "represented"};
// No index has it. Of a principal it is known, but an expression may lead from one to the other.
constexpr std::array<std::string_view, 1> kPlaces{"locations"};

using AttributeNames = std::span<std::string_view const>;

constexpr std::array<std::string_view, 4> kFlags{"authored", "careRelationship", "own",
                                                 "represented"};

bool depends(Expression const& expression, AttributeNames shown) {
    return std::ranges::any_of(
        shown, [&](std::string_view attribute) { return reads(expression, attribute); });
}

bool is_attribute(Expression const& expression, cedar::Variable of, std::string_view name) {
    return expression.operation == Operation::attribute && expression.names.front() == name &&
           expression.operands.front().operation == Operation::variable &&
           expression.operands.front().variable == of;
}

bool is_literal(Expression const& expression) {
    return expression.operation == Operation::literal && expression.literal;
}

bool is_set_of_literals(Expression const& expression) {
    if (expression.operation == Operation::set)
        return std::ranges::all_of(expression.operands, is_literal);
    return is_literal(expression) && expression.literal->set() != nullptr;
}

// Of every record, and of whoever asks.
bool is_set_of_texts(Expression const& expression) {
    using enum cedar::Variable;
    return is_attribute(expression, resource, "labels") ||
           is_attribute(expression, resource, "consented") ||
           is_attribute(expression, resource, "locations") ||
           is_attribute(expression, principal, "locations");
}

// Certainly a Boolean, of every record (request_entities.cc says what attributes they have).
bool is_total(Expression const& expression) {
    auto const& operands = expression.operands;
    switch (expression.operation) {
        case Operation::literal:
            return expression.literal && expression.literal->boolean() != nullptr;
        case Operation::attribute:
            return std::ranges::any_of(kFlags, [&](std::string_view flag) {
                return is_attribute(expression, cedar::Variable::resource, flag);
            });
        case Operation::conjunction:
        case Operation::disjunction:
        case Operation::negation: return std::ranges::all_of(operands, is_total);
        case Operation::equal:
        case Operation::not_equal:
            return is_attribute(operands[0], cedar::Variable::context, "purpose") &&
                   is_literal(operands[1]);
        case Operation::contains: return is_set_of_texts(operands[0]) && is_literal(operands[1]);
        case Operation::contains_all:
        case Operation::contains_any:
            return is_set_of_texts(operands[0]) &&
                   (is_set_of_literals(operands[1]) || is_set_of_texts(operands[1]));
        case Operation::is_empty: return is_set_of_texts(operands[0]);
        default: return false;
    }
}

// Whether what stands behind it counts. Of `unless` the parts of a disjunction, each of which must
// be false.
bool add_guards(Expression const& expression, bool unless, AttributeNames shown,
                std::vector<Condition>& guards) {
    if (!depends(expression, shown)) {
        guards.push_back({.unless = unless, .body = expression});
        return true;
    }
    auto const joined = unless ? Operation::disjunction : Operation::conjunction;
    if (expression.operation != joined) return is_total(expression);
    return std::ranges::all_of(expression.operands, [&](Expression const& operand) {
        return add_guards(operand, unless, shown, guards);
    });
}

// Part by part, in the order in which they are evaluated; `read`: one before read the record.
bool errs_alike(Expression const& expression, bool unless, bool& read) {
    auto const joined = unless ? Operation::disjunction : Operation::conjunction;
    if (expression.operation == joined) {
        return std::ranges::all_of(expression.operands, [&](Expression const& operand) {
            return errs_alike(operand, unless, read);
        });
    }
    read = read || depends(expression, kShownByRecords);
    return !read || is_total(expression);
}

bool depends(cedar::Policy const& rule, AttributeNames shown) {
    return std::ranges::any_of(rule.conditions, [&](Condition const& condition) {
        return depends(condition.body, shown);
    });
}

std::vector<cedar::Policy> guards_of(std::vector<cedar::Policy> const& rules,
                                     AttributeNames shown) {
    std::vector<cedar::Policy> all;
    for (auto const& rule : rules) {
        if (!depends(rule, shown)) continue;
        auto guarded = rule;
        guarded.conditions.clear();
        for (auto const& condition : rule.conditions) {
            if (!add_guards(condition.body, condition.unless, shown, guarded.conditions)) break;
        }
        all.push_back(std::move(guarded));
    }
    return all;
}

}  // namespace

bool reads(Expression const& expression, std::string_view attribute) {
    bool const here =
        (expression.operation == Operation::attribute || expression.operation == Operation::has) &&
        expression.names.front() == attribute;
    return here || std::ranges::any_of(expression.operands, [&](Expression const& operand) {
               return reads(operand, attribute);
           });
}

bool reads_record(cedar::Policy const& rule) {
    return depends(rule, kShownByRecords);
}

bool errs_alike(cedar::Policy const& rule) {
    bool read = false;
    return std::ranges::all_of(rule.conditions, [&](Condition const& condition) {
        return errs_alike(condition.body, condition.unless, read);
    });
}

std::vector<cedar::Policy> record_guards(std::vector<cedar::Policy> const& rules) {
    return guards_of(rules, kShownByRecords);
}

std::vector<cedar::Policy> place_guards(std::vector<cedar::Policy> const& rules) {
    return guards_of(rules, kPlaces);
}

}  // namespace salus::authorization

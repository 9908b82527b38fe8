// Literals, variables, conditions, and what leads to the rest.
#include "cedar/validator_checker.h"

#include <algorithm>
#include <utility>

#include "cedar/validator.h"

namespace salus::cedar {
namespace {

std::string wanted_text(TypeKind kind) {
    if (kind == TypeKind::entity) return "an entity";
    if (kind == TypeKind::set) return "a set";
    return to_text(*plain_type(kind));
}

// The type of a condition in which something was wrong.
TypePointer recovered(TypePointer const& type) {
    return type == nullptr ? plain_type(TypeKind::boolean) : type;
}

}  // namespace

TypePointer TypeChecker::check(std::span<Condition const> conditions) {
    if (conditions.empty()) return plain_type(TypeKind::always_true);
    return all_of(conditions.size(),
                  [&](std::size_t i) {
                      auto answer = boolean(conditions[i].body);
                      return conditions[i].unless ? negated(answer) : answer;
                  })
        .type;
}

void TypeChecker::report(Position position, std::string text) {
    if (messages_.size() < kFindingsMost) messages_.push_back({position, std::move(text)});
}

auto TypeChecker::check(Expression const& expression) -> Answer {
    if (steps_ == 0 || depth_ >= kValidationDepth) {
        report(expression.position, "there is too much here to be checked");
        return {};
    }
    --steps_;
    ++depth_;
    auto answer = (this->*check_of(expression.operation))(expression);
    --depth_;
    return answer;
}

auto TypeChecker::check_of(Operation operation) -> Check {
    switch (operation) {
        case Operation::literal: return &TypeChecker::literal;
        case Operation::variable: return &TypeChecker::variable;
        case Operation::conditional: return &TypeChecker::conditional;
        case Operation::conjunction: return &TypeChecker::conjunction;
        case Operation::disjunction: return &TypeChecker::disjunction;
        case Operation::negation: return &TypeChecker::negation;
        case Operation::negative:
        case Operation::add:
        case Operation::subtract:
        case Operation::multiply: return &TypeChecker::arithmetic;
        case Operation::equal:
        case Operation::not_equal: return &TypeChecker::equality;
        case Operation::less:
        case Operation::less_equal:
        case Operation::greater:
        case Operation::greater_equal: return &TypeChecker::comparison;
        case Operation::in: return &TypeChecker::in;
        case Operation::contains: return &TypeChecker::contains;
        case Operation::contains_all:
        case Operation::contains_any: return &TypeChecker::contains_all;
        case Operation::is_empty: return &TypeChecker::is_empty;
        case Operation::attribute: return &TypeChecker::attribute;
        case Operation::has: return &TypeChecker::has;
        case Operation::get_tag: return &TypeChecker::get_tag;
        case Operation::has_tag: return &TypeChecker::has_tag;
        case Operation::like: return &TypeChecker::like;
        case Operation::is: return &TypeChecker::is;
        case Operation::is_in: return &TypeChecker::is_in;
        case Operation::set: return &TypeChecker::set;
        case Operation::record: return &TypeChecker::record;
        case Operation::call: return &TypeChecker::call;
    }
    return nullptr;
}

auto TypeChecker::refuse(Expression const& expression, std::string_view wanted, Type const& found)
    -> Answer {
    report(expression.position,
           "expected " + std::string(wanted) + ", but this is of type " + to_text(found));
    return {};
}

auto TypeChecker::boolean(Expression const& expression) -> Answer {
    auto answer = check(expression);
    if (answer.type == nullptr || answer.type->is_boolean()) return answer;
    return refuse(expression, "Bool", *answer.type);
}

auto TypeChecker::expect(Expression const& expression, TypeKind kind) -> Answer {
    auto answer = check(expression);
    if (answer.type == nullptr || answer.type->kind == kind) return answer;
    return refuse(expression, wanted_text(kind), *answer.type);
}

auto TypeChecker::expect_holder(Expression const& expression) -> Answer {
    auto answer = check(expression);
    if (answer.type == nullptr || answer.type->kind == TypeKind::entity ||
        answer.type->kind == TypeKind::record) {
        return answer;
    }
    return refuse(expression, "an entity or a record", *answer.type);
}

auto TypeChecker::literal(Expression const& expression) -> Answer {
    auto const& value = *expression.literal;
    if (auto const* const boolean = value.boolean()) {
        return {plain_type(*boolean ? TypeKind::always_true : TypeKind::always_false), {}};
    }
    if (value.integer() != nullptr) return {plain_type(TypeKind::integer), {}};
    if (value.text() != nullptr) return {plain_type(TypeKind::text), {}};
    if (auto const* const uid = value.entity()) return entity_literal(*uid);
    report(expression.position, "this literal has no type");  // no parser makes it
    return {};
}

auto TypeChecker::entity_literal(EntityUid const& uid) const -> Answer {
    auto const declared = is_action_type(uid.type) ? schema_.action(uid) != nullptr
                                                   : schema_.entity_type(uid.type) != nullptr;
    return declared ? Answer{entity_type(uid.type), {}} : Answer{};
}

auto TypeChecker::variable(Expression const& expression) -> Answer {
    switch (expression.variable) {
        case Variable::principal: return {entity_type(environment_.principal), {}};
        case Variable::action: return {entity_type(environment_.action.uid.type), {}};
        case Variable::resource: return {entity_type(environment_.resource), {}};
        case Variable::context: return {environment_.action.context, {}};
    }
    return {};
}

// A branch that cannot be taken is not looked at.
auto TypeChecker::conditional(Expression const& expression) -> Answer {
    auto const test = boolean(expression.operands[0]);
    if (is_kind(test.type, TypeKind::always_false)) return check(expression.operands[2]);
    capabilities_.hold(test.capabilities);
    auto then = check(expression.operands[1]);
    capabilities_.release(test.capabilities);
    then.capabilities = united(then.capabilities, test.capabilities);
    if (is_kind(test.type, TypeKind::always_true)) return then;
    auto const otherwise = check(expression.operands[2]);
    if (then.type == nullptr || otherwise.type == nullptr) return {};
    auto type = common_type(then.type, otherwise.type);
    if (type == nullptr) {
        require_common(expression, then.type, otherwise.type);
        return {};
    }
    return {std::move(type), shared(then.capabilities, otherwise.capabilities)};
}

// From left to right; an operand sees what those before it asked for. What stands behind one that
// is always false is not looked at.
template <class Operand>
auto TypeChecker::all_of(std::size_t count, Operand operand) -> Answer {
    Answer all{plain_type(TypeKind::always_true), {}};
    CapabilitySet held;  // each as often as it was held
    for (std::size_t i = 0; i < count; ++i) {
        auto next = operand(i);
        if (is_kind(next.type, TypeKind::always_false)) {
            all = {next.type, {}};
            break;
        }
        capabilities_.hold(next.capabilities);
        held.insert(held.end(), next.capabilities.begin(), next.capabilities.end());
        if (is_kind(all.type, TypeKind::always_true)) {
            all.type = recovered(next.type);
        }
    }
    capabilities_.release(held);
    if (is_kind(all.type, TypeKind::always_false)) return all;
    std::ranges::sort(held);
    held.erase(std::ranges::unique(held).begin(), held.end());
    all.capabilities = std::move(held);
    return all;
}

auto TypeChecker::conjunction(Expression const& expression) -> Answer {
    return all_of(expression.operands.size(),
                  [&](std::size_t i) { return boolean(expression.operands[i]); });
}

// What stands behind an operand that is always true is not looked at; one that is always false
// says nothing about what is known.
auto TypeChecker::disjunction(Expression const& expression) -> Answer {
    Answer any = boolean(expression.operands.front());
    any.type = recovered(any.type);
    for (std::size_t i = 1; i < expression.operands.size(); ++i) {
        if (is_kind(any.type, TypeKind::always_true)) return any;
        auto next = boolean(expression.operands[i]);
        next.type = recovered(next.type);
        if (is_kind(next.type, TypeKind::always_false)) continue;
        if (is_kind(any.type, TypeKind::always_false) ||
            is_kind(next.type, TypeKind::always_true)) {
            any = std::move(next);
        } else {
            any = {plain_type(TypeKind::boolean), shared(any.capabilities, next.capabilities)};
        }
    }
    return any;
}

auto TypeChecker::negation(Expression const& expression) -> Answer {
    return negated(boolean(expression.operands[0]));
}

auto TypeChecker::negated(Answer const& answer) -> Answer {
    if (is_kind(answer.type, TypeKind::always_true)) {
        return {plain_type(TypeKind::always_false), {}};
    }
    if (is_kind(answer.type, TypeKind::always_false)) {
        return {plain_type(TypeKind::always_true), {}};
    }
    return {answer.type, {}};
}

}  // namespace salus::cedar

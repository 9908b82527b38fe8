// Operators on values, sets, records and extension types.
#include <utility>

#include "cedar/functions.h"
#include "cedar/validator_checker.h"
#include "cedar/validator_functions.h"

namespace salus::cedar {
namespace {

bool is_ordered(Type const& type) {
    return type.kind == TypeKind::integer || type.kind == TypeKind::date_time ||
           type.kind == TypeKind::duration;
}

}  // namespace

// Cedar's strict mode: values that can never be equal are not compared.
void TypeChecker::require_common(Expression const& expression, TypePointer const& one,
                                 TypePointer const& other) {
    if (common_type(one, other) != nullptr) return;
    report(expression.position,
           "types " + to_text(*one) + " and " + to_text(*other) + " do not go together");
}

auto TypeChecker::arithmetic(Expression const& expression) -> Answer {
    for (auto const& operand : expression.operands) (void)expect(operand, TypeKind::integer);
    return {plain_type(TypeKind::integer), {}};
}

auto TypeChecker::equality(Expression const& expression) -> Answer {
    auto const one = check(expression.operands[0]);
    auto const other = check(expression.operands[1]);
    Answer answer{plain_type(TypeKind::boolean), {}};
    if (one.type == nullptr || other.type == nullptr) return answer;
    auto const kind = equality_of(expression, *one.type, *other.type);
    if (kind == TypeKind::boolean) {
        require_common(expression, one.type, other.type);
    } else {
        answer.type = plain_type(kind);
    }
    return expression.operation == Operation::not_equal ? negated(answer) : answer;
}

// What is known of 0 == 1: entities of two types are not equal; literals are or are not.
TypeKind TypeChecker::equality_of(Expression const& expression, Type const& one,
                                  Type const& other) const {
    auto const answer = [](bool equal) {
        return equal ? TypeKind::always_true : TypeKind::always_false;
    };
    if (one.kind == TypeKind::entity && other.kind == TypeKind::entity &&
        one.entity != other.entity) {
        return TypeKind::always_false;
    }
    auto const& left = expression.operands[0];
    auto const& right = expression.operands[1];
    auto const left_entity = entity_of(left);
    auto const right_entity = entity_of(right);
    if (left_entity && right_entity) return answer(*left_entity == *right_entity);
    if ((left_entity || left.literal) && (right_entity || right.literal)) {
        return answer(left.literal && right.literal && *left.literal == *right.literal);
    }
    return TypeKind::boolean;
}

auto TypeChecker::comparison(Expression const& expression) -> Answer {
    auto const& left = expression.operands[0];
    auto const& right = expression.operands[1];
    auto const one = check(left);
    auto const other = check(right);
    Answer answer{plain_type(TypeKind::boolean), {}};
    if (one.type == nullptr || other.type == nullptr) return answer;
    if (!is_ordered(*one.type)) {
        (void)refuse(left, "Long, datetime or duration", *one.type);
    } else if (one.type->kind != other.type->kind) {
        (void)refuse(right, to_text(*one.type), *other.type);
    }
    return answer;
}

auto TypeChecker::contains(Expression const& expression) -> Answer {
    auto const set = expect(expression.operands[0], TypeKind::set);
    auto const element = check(expression.operands[1]);
    if (set.type != nullptr && element.type != nullptr) {
        require_common(expression, set.type->element, element.type);
    }
    return {plain_type(TypeKind::boolean), {}};
}

auto TypeChecker::contains_all(Expression const& expression) -> Answer {
    auto const set = expect(expression.operands[0], TypeKind::set);
    auto const other = expect(expression.operands[1], TypeKind::set);
    if (set.type != nullptr && other.type != nullptr) {
        require_common(expression, set.type, other.type);
    }
    return {plain_type(TypeKind::boolean), {}};
}

auto TypeChecker::is_empty(Expression const& expression) -> Answer {
    (void)expect(expression.operands[0], TypeKind::set);
    return {plain_type(TypeKind::boolean), {}};
}

auto TypeChecker::like(Expression const& expression) -> Answer {
    (void)expect(expression.operands[0], TypeKind::text);
    return {plain_type(TypeKind::boolean), {}};
}

// A set that is written down has elements, all of one type, or it would have no type.
auto TypeChecker::set(Expression const& expression) -> Answer {
    if (expression.operands.empty()) {
        report(expression.position, "an empty set has no type; use isEmpty()");
        return {};
    }
    TypePointer element;
    bool known = true;
    for (auto const& operand : expression.operands) {
        auto const answer = check(operand);
        if (answer.type == nullptr) known = false;
        if (!known) continue;
        auto common = element == nullptr ? answer.type : common_type(element, answer.type);
        if (common == nullptr) {
            require_common(operand, element, answer.type);
            known = false;
        }
        element = std::move(common);
    }
    return known ? Answer{set_type(std::move(element)), {}} : Answer{};
}

auto TypeChecker::record(Expression const& expression) -> Answer {
    AttributeTypes attributes;
    bool known = true;
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
        auto answer = check(expression.operands[i]);
        if (answer.type == nullptr) {
            known = false;
        } else {
            attributes.insert_or_assign(expression.names[i],
                                        AttributeType{std::move(answer.type), true});
        }
    }
    return known ? Answer{record_type(std::move(attributes)), {}} : Answer{};
}

auto TypeChecker::call(Expression const& expression) -> Answer {
    auto const* const facts = find_function(expression.names.front());
    if (facts == nullptr) {
        report(expression.position, "there is no function `" + expression.names.front() + "`");
        for (auto const& operand : expression.operands) (void)check(operand);
        return {};
    }
    auto const signature = signature_of(facts->function);
    auto const& parameters = signature.parameters;
    if (parameters.size() != expression.operands.size()) {
        report(expression.position, "`" + expression.names.front() + "` takes other arguments");
    }
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
        auto const& operand = expression.operands[i];
        (void)(i < parameters.size() ? expect(operand, parameters[i]) : check(operand));
    }
    if (signature.constructor) check_constructor(expression);
    return {plain_type(signature.result), {}};
}

void TypeChecker::check_constructor(Expression const& expression) {
    auto const& name = expression.names.front();
    auto const* const facts = find_function(name);
    if (expression.operands.size() != 1) return;  // was reported
    auto const& operand = expression.operands.front();
    auto const* const text = operand.literal ? operand.literal->text() : nullptr;
    if (!operand.literal) {
        report(expression.position, "`" + name + "` takes a literal");
    } else if (text != nullptr && !constructs(facts->function, *text)) {
        report(operand.position,
               "this is no " + to_text(*plain_type(signature_of(facts->function).result)));
    }
}

}  // namespace salus::cedar

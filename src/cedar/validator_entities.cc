// Attributes, tags, and how entities stand to types and to each other.
#include <algorithm>
#include <utility>

#include "cedar/validator_checker.h"

namespace salus::cedar {

AttributeType const* TypeChecker::attribute_of(Type const& type, std::string_view name) const {
    auto const* attributes = &type;
    if (type.kind == TypeKind::entity) {
        auto const* const declaration = schema_.entity_type(type.entity);
        if (declaration == nullptr) return nullptr;  // an action has none
        attributes = declaration->attributes.get();
    }
    auto const found = attributes->attributes.find(name);
    return found == attributes->attributes.end() ? nullptr : &found->second;
}

auto TypeChecker::attribute(Expression const& expression) -> Answer {
    auto const& holder = expression.operands[0];
    auto const& name = expression.names.front();
    auto const answer = expect_holder(holder);
    if (answer.type == nullptr) return {};
    auto const* const attribute = attribute_of(*answer.type, name);
    if (attribute == nullptr) {
        report(expression.position, to_text(*answer.type) + " has no attribute `" + name + "`");
        return {};
    }
    if (!attribute->required && !capabilities_.holds(capabilities_.attribute(holder, name))) {
        report(expression.position, "attribute `" + name + "` of " + to_text(*answer.type) +
                                        " may be absent; ask with `has` before");
        return {};
    }
    return {attribute->type, {}};
}

// An entity may be absent altogether, and then has nothing; a record has what it must have.
auto TypeChecker::has(Expression const& expression) -> Answer {
    auto const& holder = expression.operands[0];
    auto const& name = expression.names.front();
    auto const answer = expect_holder(holder);
    if (answer.type == nullptr) return {};
    auto const* const attribute = attribute_of(*answer.type, name);
    if (attribute == nullptr) return {plain_type(TypeKind::always_false), {}};
    auto const fact = capabilities_.attribute(holder, name);
    auto const known =
        capabilities_.holds(fact) || (attribute->required && answer.type->kind == TypeKind::record);
    return {plain_type(known ? TypeKind::always_true : TypeKind::boolean), {fact}};
}

auto TypeChecker::get_tag(Expression const& expression) -> Answer {
    auto const& holder = expression.operands[0];
    auto const answer = expect(holder, TypeKind::entity);
    auto const name = expect(expression.operands[1], TypeKind::text);
    if (answer.type == nullptr || name.type == nullptr) return {};
    auto const* const declaration = schema_.entity_type(answer.type->entity);
    if (declaration == nullptr || declaration->tags == nullptr) {
        report(expression.position, answer.type->entity + " has no tags");
        return {};
    }
    if (!capabilities_.holds(capabilities_.tag(holder, expression.operands[1]))) {
        report(expression.position,
               "this tag of " + answer.type->entity + " may be absent; ask with hasTag() before");
        return {};
    }
    return {declaration->tags, {}};
}

auto TypeChecker::has_tag(Expression const& expression) -> Answer {
    auto const& holder = expression.operands[0];
    auto const answer = expect(holder, TypeKind::entity);
    auto const name = expect(expression.operands[1], TypeKind::text);
    if (answer.type == nullptr || name.type == nullptr) return {};
    auto const fact = capabilities_.tag(holder, expression.operands[1]);
    auto const* const declaration = schema_.entity_type(answer.type->entity);
    if (declaration == nullptr || declaration->tags == nullptr) {
        return {plain_type(TypeKind::always_false), {}};
    }
    auto const known = capabilities_.holds(fact);
    return {plain_type(known ? TypeKind::always_true : TypeKind::boolean), {fact}};
}

auto TypeChecker::is(Expression const& expression) -> Answer {
    auto const answer = expect(expression.operands[0], TypeKind::entity);
    if (answer.type == nullptr) return {};
    auto const same = answer.type->entity == expression.names.front();
    return {plain_type(same ? TypeKind::always_true : TypeKind::always_false), {}};
}

// 0 is T && 0 in 1.
auto TypeChecker::is_in(Expression const& expression) -> Answer {
    auto answer = is(expression);
    return is_kind(answer.type, TypeKind::always_true) ? in(expression) : answer;
}

auto TypeChecker::in(Expression const& expression) -> Answer {
    auto const& left = expression.operands[0];
    auto const& right = expression.operands[1];
    auto const one = expect(left, TypeKind::entity);
    auto const other = check(right);
    if (other.type == nullptr || one.type == nullptr) return {plain_type(TypeKind::boolean), {}};
    auto const& group = other.type->kind == TypeKind::set ? other.type->element : other.type;
    if (group->kind != TypeKind::entity) {
        return refuse(right, "an entity or a set of entities", *other.type);
    }
    auto const entity = entity_of(left);
    auto const groups = entities_of(right);
    if (entity && groups && is_action_type(entity->type)) {
        return {plain_type(action_in(*entity, *groups)), {}};
    }
    auto const possible = schema_.may_be_in(one.type->entity, group->entity);
    return {plain_type(possible ? TypeKind::boolean : TypeKind::always_false), {}};
}

// Actions and their groups are in the schema; so this is known.
TypeKind TypeChecker::action_in(EntityUid const& action,
                                std::vector<EntityUid> const& groups) const {
    auto const* const declaration = schema_.action(action);
    auto const is_group = [&](EntityUid const& group) {
        return group == action ||
               (declaration != nullptr && declaration->ancestors.contains(group));
    };
    return std::ranges::any_of(groups, is_group) ? TypeKind::always_true : TypeKind::always_false;
}

std::optional<EntityUid> TypeChecker::entity_of(Expression const& expression) const {
    if (expression.operation == Operation::variable && expression.variable == Variable::action) {
        return environment_.action.uid;
    }
    auto const* const uid = expression.literal ? expression.literal->entity() : nullptr;
    return uid == nullptr ? std::nullopt : std::optional(*uid);
}

std::optional<std::vector<EntityUid>> TypeChecker::entities_of(Expression const& expression) const {
    if (auto uid = entity_of(expression)) return std::vector{*std::move(uid)};
    if (expression.operation != Operation::set) return std::nullopt;
    std::vector<EntityUid> all;
    for (auto const& operand : expression.operands) {
        auto uid = entity_of(operand);
        if (!uid) return std::nullopt;
        all.push_back(*std::move(uid));
    }
    return all;
}

}  // namespace salus::cedar

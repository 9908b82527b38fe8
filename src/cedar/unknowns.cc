#include "cedar/unknowns.h"

#include <algorithm>

namespace salus::cedar {

namespace {

bool is_resource(Expression const& expression) {
    return expression.operation == Operation::variable && expression.variable == Variable::resource;
}

// Entities written down, none of them of this type.
bool are_others(Expression const& expression, std::string_view type) {
    if (expression.operation == Operation::set)
        return std::ranges::all_of(expression.operands,
                                   [&](Expression const& one) { return are_others(one, type); });
    if (!expression.literal) return false;
    auto const* entity = expression.literal->entity();
    return entity != nullptr && entity->type != type;
}

}  // namespace

bool Unknowns::may_be_resource(EntityUid const& uid) const {
    auto const& resource = partial_.request.resource;
    return partial_.unknown_id ? uid.type == resource.type : uid == resource;
}

UnknownAttribute const* Unknowns::find(std::string_view name) const {
    auto const found = std::ranges::find(partial_.unknown, name, &UnknownAttribute::name);
    return found == partial_.unknown.end() ? nullptr : &*found;
}

Unknowns::Target Unknowns::to(Value const* value) {
    if (value == nullptr) return {};
    return {.known = true,
            .entity = value->entity(),
            .record = value->record(),
            .is_set = value->set() != nullptr};
}

Unknowns::Target Unknowns::attribute_of(EntityUid const& uid, std::string_view name) const {
    auto const* entity = entities_.find(uid);
    if (entity == nullptr || entity->attributes == nullptr) return {};
    return to(entity->attributes->find(name));
}

Unknowns::Target Unknowns::follow_attribute(Expression const& expression) const {
    auto const& base = expression.operands[0];
    auto const& name = expression.names[0];
    if (is_resource(base))
        return find(name) == nullptr ? attribute_of(partial_.request.resource, name) : Target{};
    auto const target = follow(base);
    if (target.record != nullptr) return to(target.record->find(name));
    if (target.entity == nullptr || may_be_resource(*target.entity)) return {};
    return attribute_of(*target.entity, name);
}

Unknowns::Target Unknowns::follow(Expression const& expression) const {
    auto const& request = partial_.request;
    if (expression.operation == Operation::attribute) return follow_attribute(expression);
    if (expression.operation == Operation::literal && expression.literal)
        return to(&*expression.literal);
    if (expression.operation != Operation::variable) return {};
    switch (expression.variable) {
        case Variable::principal: return {.known = true, .entity = &request.principal};
        case Variable::action: return {.known = true, .entity = &request.action};
        case Variable::resource: return {.known = true, .entity = &request.resource};
        case Variable::context: return {.known = true, .record = &request.context};
    }
    return {};
}

bool Unknowns::may_lead_to_resource(Expression const& expression) const {
    auto const target = follow(expression);
    if (!target.known) return true;
    return target.entity != nullptr && may_be_resource(*target.entity);
}

bool Unknowns::any_depends(Expression const& expression, std::size_t first) const {
    return std::any_of(expression.operands.begin() + static_cast<std::ptrdiff_t>(first),
                       expression.operands.end(),
                       [this](Expression const& operand) { return depends(operand); });
}

// `base.name`, `base has name`.
bool Unknowns::attribute_depends(Expression const& expression) const {
    auto const& base = expression.operands[0];
    auto const unknown = find(expression.names[0]) != nullptr;
    if (is_resource(base)) return unknown;
    if (depends(base)) return true;
    return (unknown || partial_.unknown_id) && may_lead_to_resource(base);
}

// `base in groups`, `base is T in groups`.
bool Unknowns::membership_depends(Expression const& expression) const {
    auto const& base = expression.operands[0];
    auto const& groups = expression.operands[1];
    if (!partial_.unknown_id) return any_depends(expression, 0);
    if (is_resource(base)) return !are_others(groups, partial_.request.resource.type);
    return any_depends(expression, 0) || may_lead_to_resource(base);
}

bool Unknowns::depends(Expression const& expression) const {
    switch (expression.operation) {
        case Operation::variable: return partial_.unknown_id && is_resource(expression);
        case Operation::attribute:
        case Operation::has: return attribute_depends(expression);
        case Operation::get_tag:
        case Operation::has_tag:
            if (is_resource(expression.operands[0])) return any_depends(expression, 1);
            return any_depends(expression, 0) ||
                   (partial_.unknown_id && may_lead_to_resource(expression.operands[0]));
        case Operation::is:
            return !is_resource(expression.operands[0]) && any_depends(expression, 0);
        case Operation::in:
        case Operation::is_in: return membership_depends(expression);
        default: return any_depends(expression, 0);
    }
}

Knowledge Unknowns::knowledge(Expression const& expression) const {
    if (expression.operation != Operation::attribute || !is_resource(expression.operands[0]))
        return Knowledge::nothing;
    auto const* unknown = find(expression.names[0]);
    return unknown == nullptr ? Knowledge::nothing : unknown->knowledge;
}

bool Unknowns::is_safe_set(Expression const& expression) const {
    if (knowledge(expression) == Knowledge::set) return true;
    if (expression.operation == Operation::set) return is_safe(expression);
    return follow(expression).is_set;
}

bool Unknowns::is_safe(Expression const& expression) const {
    if (expression.operation == Operation::set)
        return std::ranges::all_of(expression.operands,
                                   [this](Expression const& one) { return is_safe(one); });
    return knowledge(expression) != Knowledge::nothing || follow(expression).known ||
           is_total(expression);
}

bool Unknowns::is_total(Expression const& expression) const {
    auto const& operands = expression.operands;
    switch (expression.operation) {
        case Operation::literal:
            return expression.literal && expression.literal->boolean() != nullptr;
        case Operation::attribute: return knowledge(expression) == Knowledge::boolean;
        case Operation::has: return is_resource(operands[0]);
        case Operation::conditional:
        case Operation::conjunction:
        case Operation::disjunction:
        case Operation::negation:
            return std::ranges::all_of(
                operands, [this](Expression const& operand) { return is_total(operand); });
        case Operation::equal:
        case Operation::not_equal: return is_safe(operands[0]) && is_safe(operands[1]);
        case Operation::contains: return is_safe_set(operands[0]) && is_safe(operands[1]);
        case Operation::contains_all:
        case Operation::contains_any: return is_safe_set(operands[0]) && is_safe_set(operands[1]);
        case Operation::is_empty: return is_safe_set(operands[0]);
        default: return false;
    }
}

void Unknowns::collect(Expression const& expression, std::vector<std::string>& names) const {
    auto const reads =
        expression.operation == Operation::attribute || expression.operation == Operation::has;
    if (reads && find(expression.names[0]) != nullptr && attribute_depends(expression))
        names.push_back(expression.names[0]);
    for (auto const& operand : expression.operands) collect(operand, names);
}

}  // namespace salus::cedar

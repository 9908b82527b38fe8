#include "cedar/expression.h"

#include <algorithm>

namespace salus::cedar {
namespace {

bool same_expressions(Expression const& one, Expression const& other) {
    return same(one, other);
}

bool same_scopes(Scope const& one, Scope const& other) {
    return one.form == other.form && one.type == other.type && one.entities == other.entities;
}

}  // namespace

bool same(Expression const& one, Expression const& other) {
    return one.operation == other.operation && one.literal == other.literal &&
           one.variable == other.variable && one.names == other.names &&
           one.pattern == other.pattern &&
           std::ranges::equal(one.operands, other.operands, same_expressions);
}

bool same(Policy const& one, Policy const& other) {
    auto const same_conditions = [](Condition const& first, Condition const& second) {
        return first.unless == second.unless && same(first.body, second.body);
    };
    return one.id == other.id && one.effect == other.effect &&
           one.annotations == other.annotations && same_scopes(one.principal, other.principal) &&
           same_scopes(one.action, other.action) && same_scopes(one.resource, other.resource) &&
           std::ranges::equal(one.conditions, other.conditions, same_conditions);
}

}  // namespace salus::cedar

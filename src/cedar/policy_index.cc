#include "cedar/policy_index.h"

#include <algorithm>
#include <numeric>

namespace salus::cedar {

PolicyIndex::PolicyIndex(std::vector<Policy> const& policies, Compiler& compiler) {
    Leaf all(policies.size());
    std::iota(all.begin(), all.end(), std::uint32_t{0});
    static_cast<void>(build(0, policies, all, compiler));
}

std::uint32_t PolicyIndex::build(std::size_t level, std::vector<Policy> const& policies,
                                 Leaf const& members, Compiler& compiler) {
    if (level == kOrder.size()) {
        leaves_.push_back(members);
        return static_cast<std::uint32_t>(leaves_.size() - 1);
    }
    auto const variable = kOrder.at(level);
    std::map<Key, Leaf> groups;
    for (auto const policy : members) {
        auto const& scope = scope_of(policies[policy], variable);
        groups[{scope.form, scope.type, scope.entities}].push_back(policy);
    }
    auto const at = static_cast<std::uint32_t>(branches_.size());
    branches_.emplace_back();
    Branch branch;
    for (auto const& [key, group] : groups) {
        auto const next = build(level + 1, policies, group, compiler);
        auto const& scope = scope_of(policies[group.front()], variable);
        if (scope.form == ScopeForm::any) {
            branch.any.push_back(next);
        } else if (scope.form == ScopeForm::equal) {
            branch.equal.emplace_back(scope.entities.front(), next);
        } else {
            auto const node = compiler.add_scope(variable, scope);
            compiler.use(node);
            branch.tests.push_back({.node = node, .next = next});
        }
    }
    branches_[at] = std::move(branch);  // the map's order sorted `equal`
    return at;
}

Scope const& PolicyIndex::scope_of(Policy const& policy, Variable variable) {
    if (variable == Variable::principal) return policy.principal;
    return variable == Variable::action ? policy.action : policy.resource;
}

std::uint32_t const* PolicyIndex::find(Branch const& branch, EntityUid const& uid) {
    auto const found = std::ranges::lower_bound(branch.equal, uid, {},
                                                &std::pair<EntityUid, std::uint32_t>::first);
    return found != branch.equal.end() && found->first == uid ? &found->second : nullptr;
}

}  // namespace salus::cedar

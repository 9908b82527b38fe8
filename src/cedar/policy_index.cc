#include "cedar/policy_index.h"

#include <numeric>

namespace salus::cedar {

PolicyIndex::PolicyIndex(std::vector<Policy> const& policies, Symbols& symbols) {
    Leaf all(policies.size());
    std::iota(all.begin(), all.end(), std::uint32_t{0});
    static_cast<void>(build(0, policies, all, symbols));
}

std::uint32_t PolicyIndex::build(std::size_t level, std::vector<Policy> const& policies,
                                 Leaf const& members, Symbols& symbols) {
    if (level == kOrder.size()) {
        leaves_.push_back(members);
        return static_cast<std::uint32_t>(leaves_.size() - 1);
    }
    std::map<Key, Leaf> groups;
    for (auto const policy : members) {
        auto const& scope = scope_of(policies[policy], kOrder.at(level));
        bool const has_type = scope.form == ScopeForm::is || scope.form == ScopeForm::is_in;
        auto const type = has_type ? symbols.add_type(scope.type) : kNoSymbol;
        if (scope.form == ScopeForm::any || scope.form == ScopeForm::is)
            groups[{scope.form, kNoSymbol, type}].push_back(policy);
        else
            for (auto const& entity : scope.entities)
                groups[{scope.form, symbols.add(entity), type}].push_back(policy);
    }
    auto const at = static_cast<std::uint32_t>(branches_.size());
    branches_.emplace_back();
    Branch branch;
    // The map's order sorts the entries.
    for (auto const& [key, group] : groups)
        add(branch, key, build(level + 1, policies, group, symbols));
    branches_[at] = std::move(branch);
    return at;
}

void PolicyIndex::add(Branch& branch, Key const& key, std::uint32_t next) {
    auto const [form, entity, type] = key;
    switch (form) {
        case ScopeForm::any: branch.any.push_back(next); break;
        case ScopeForm::equal: branch.equal.push_back({entity, kNoSymbol, next}); break;
        case ScopeForm::is: branch.is.push_back({type, type, next}); break;
        case ScopeForm::in: branch.in.push_back({entity, kNoSymbol, next}); break;
        case ScopeForm::is_in: branch.is_in.push_back({entity, type, next}); break;
    }
}

Scope const& PolicyIndex::scope_of(Policy const& policy, Variable variable) {
    if (variable == Variable::principal) return policy.principal;
    return variable == Variable::action ? policy.action : policy.resource;
}

}  // namespace salus::cedar

// Which policies a request can concern: a tree over the heads of policies, first the action, then
// the resource, then the principal. Heads that are equal are asked once; heads that name one entity
// are found by it. Exact: a policy is a candidate if its whole head holds. Immutable once made; any
// thread. Private to the room.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cedar/evaluation.h"
#include "cedar/expression.h"
#include "cedar/program.h"

namespace salus::cedar {

class PolicyIndex {
public:
    // REQUIRES: candidates() is not called before another one is assigned.
    PolicyIndex() = default;
    // Adds what heads ask to the program.
    PolicyIndex(std::vector<Policy> const& policies, Compiler& compiler);

    // Calls take(policy) for each candidate, in no order, until one returns false. Whether none
    // did.
    template <class Take>
    bool candidates(Evaluation& evaluation, Take take) const {
        return visit(0, 0, evaluation, take);
    }

private:
    using Key = std::tuple<ScopeForm, std::string, std::vector<EntityUid>>;
    static constexpr std::array<Variable, 3> kOrder{Variable::action, Variable::resource,
                                                    Variable::principal};
    // `next` is a branch, or a leaf below the last variable.
    struct Test {
        NodeIndex node;
        std::uint32_t next;
    };
    struct Branch {
        std::vector<std::pair<EntityUid, std::uint32_t>> equal;  // sorted
        std::vector<Test> tests;
        std::vector<std::uint32_t> any;  // none or one
    };
    using Leaf = std::vector<std::uint32_t>;

    [[nodiscard]] std::uint32_t build(std::size_t level, std::vector<Policy> const& policies,
                                      Leaf const& members, Compiler& compiler);
    [[nodiscard]] static Scope const& scope_of(Policy const& policy, Variable variable);
    // nullptr: no head names this entity.
    [[nodiscard]] static std::uint32_t const* find(Branch const& branch, EntityUid const& uid);

    template <class Take>
    bool visit(std::size_t level, std::uint32_t at, Evaluation& evaluation, Take& take) const;

    std::vector<Branch> branches_;  // the root is the first one
    std::vector<Leaf> leaves_;
};

template <class Take>
bool PolicyIndex::visit(std::size_t level, std::uint32_t at, Evaluation& evaluation,
                        Take& take) const {
    if (level == kOrder.size()) return std::ranges::all_of(leaves_[at], take);
    auto const& branch = branches_[at];
    for (auto const next : branch.any)
        if (!visit(level + 1, next, evaluation, take)) return false;
    if (!branch.equal.empty()) {
        auto const* const next = find(branch, evaluation.uid_of(kOrder.at(level)));
        if (next != nullptr && !visit(level + 1, *next, evaluation, take)) return false;
    }
    for (auto const& test : branch.tests)
        if (evaluation.value(test.node).is_true() && !visit(level + 1, test.next, evaluation, take))
            return false;
    return true;
}

}  // namespace salus::cedar

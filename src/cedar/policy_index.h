// Which policies a request can concern: a tree over the heads of policies, first the action, then
// the resource, then the principal. A head is found by what its entity is and is in. Exact: a
// policy is a candidate if its whole head holds. Immutable once made; any thread. Private to the
// room.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "cedar/evaluation.h"
#include "cedar/expression.h"
#include "cedar/membership.h"

namespace salus::cedar {

class PolicyIndex {
public:
    // REQUIRES: candidates() is not called before another one is assigned.
    PolicyIndex() = default;
    // Adds what heads name to the symbols.
    PolicyIndex(std::vector<Policy> const& policies, Symbols& symbols);

    // Calls take(policy) for each candidate, in no order, until one returns false. Whether none
    // did. A policy whose head names several entities that the action is in comes as often.
    template <class Take>
    bool candidates(Evaluation& evaluation, Take take) const {
        return visit(0, 0, evaluation, take);
    }

private:
    // `next` is a branch, or a leaf below the last variable.
    struct Entry {
        Symbol symbol;
        Symbol type;  // of is_in
        std::uint32_t next;
    };
    using Entries = std::vector<Entry>;  // sorted by symbol
    struct Branch {
        std::vector<std::uint32_t> any;  // none or one
        Entries equal;
        Entries is;
        Entries in;
        Entries is_in;
    };
    using Leaf = std::vector<std::uint32_t>;
    using Key = std::tuple<ScopeForm, Symbol, Symbol>;
    static constexpr std::array<Variable, 3> kOrder{Variable::action, Variable::resource,
                                                    Variable::principal};

    [[nodiscard]] std::uint32_t build(std::size_t level, std::vector<Policy> const& policies,
                                      Leaf const& members, Symbols& symbols);
    static void add(Branch& branch, Key const& key, std::uint32_t next);
    [[nodiscard]] static Scope const& scope_of(Policy const& policy, Variable variable);
    // Those of this symbol.
    [[nodiscard]] static std::span<Entry const> find(Entries const& entries, Symbol symbol);

    template <class Take>
    bool visit(std::size_t level, std::uint32_t at, Evaluation& evaluation, Take& take) const;

    std::vector<Branch> branches_;  // the root is the first one
    std::vector<Leaf> leaves_;
};

inline std::span<PolicyIndex::Entry const> PolicyIndex::find(Entries const& entries,
                                                             Symbol symbol) {
    if (entries.empty()) return {};
    auto const begin = std::ranges::lower_bound(entries, symbol, {}, &Entry::symbol);
    auto end = begin;
    while (end != entries.end() && end->symbol == symbol) ++end;
    return {begin, end};
}

template <class Take>
bool PolicyIndex::visit(std::size_t level, std::uint32_t at, Evaluation& evaluation,
                        Take& take) const {
    if (level == kOrder.size()) return std::ranges::all_of(leaves_[at], take);
    auto const& branch = branches_[at];
    auto const below = [&](std::uint32_t next) { return visit(level + 1, next, evaluation, take); };
    auto const is_below = [&](Entry const& entry) { return below(entry.next); };
    if (!std::ranges::all_of(branch.any, below)) return false;
    bool const names_some =
        !branch.equal.empty() || !branch.is.empty() || !branch.in.empty() || !branch.is_in.empty();
    if (!names_some) return true;
    auto& membership = evaluation.membership(kOrder[level]);
    if (!std::ranges::all_of(find(branch.equal, membership.self()), is_below)) return false;
    if (!branch.is.empty() && !std::ranges::all_of(find(branch.is, membership.type()), is_below))
        return false;
    if (branch.in.empty() && branch.is_in.empty()) return true;
    return std::ranges::all_of(membership.all(), [&](Symbol symbol) {
        return std::ranges::all_of(find(branch.in, symbol), is_below) &&
               std::ranges::all_of(find(branch.is_in, symbol), [&](Entry const& entry) {
                   return entry.type != membership.type() || below(entry.next);
               });
    });
}

}  // namespace salus::cedar

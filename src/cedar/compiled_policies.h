// Policies made ready to be evaluated: what a PolicySet is and an Inquiry asks. Immutable once
// made; any thread. Private to the room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cedar/policy_index.h"
#include "cedar/program.h"

namespace salus::cedar {

// `when` or `unless`.
struct Clause {
    NodeIndex node;
    bool unless;
};

struct CompiledPolicies {
    explicit CompiledPolicies(std::vector<Policy> given);
    [[nodiscard]] std::span<Clause const> clauses_of(std::uint32_t policy) const {
        auto const begin = first_clause[policy];
        return std::span(clauses).subspan(begin, first_clause[policy + 1] - begin);
    }

    std::vector<Policy> policies;
    Program program;
    PolicyIndex index;
    std::vector<Clause> clauses;              // of all policies, one after the other
    std::vector<std::uint32_t> first_clause;  // of each policy, and one beyond the last
};

}  // namespace salus::cedar

// Policies made ready to be evaluated: what a PolicySet is and an Inquiry asks. Immutable once
// made; any thread. Private to the room.
#pragma once

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
    std::vector<Policy> policies;
    Program program;
    PolicyIndex index;
    // Of each policy.
    struct Ready {
        bool permits;
        std::vector<Clause> clauses;
    };
    std::vector<Ready> ready;
};

}  // namespace salus::cedar

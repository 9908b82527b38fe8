// Inside the room: what is wrong with a proposed version of the policy, for who proposed it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cedar/policy_set.h"
#include "request/prepared.h"

namespace salus::admin {

struct PolicyFinding {
    std::string table;  // that says otherwise, or is none; empty: the policy's own text
    cedar::Position position;
    std::string text;
};

struct TestedCases {
    std::size_t all = 0;
    std::size_t differing = 0;
};

// 422, and nothing is kept. `tested`: if cases were decided, how many of them otherwise.
[[nodiscard]] request::Prepared findings_answer(std::vector<PolicyFinding> const& findings,
                                                std::optional<TestedCases> tested = {});

}  // namespace salus::admin

#include "cedar/inquiry.h"

#include <algorithm>

namespace salus::cedar {
namespace {

enum class Outcome : std::uint8_t { satisfied, unsatisfied, erring };

Outcome outcome_of(std::vector<Clause> const& clauses, Evaluation& evaluation) {
    for (auto const& clause : clauses) {
        auto const value = evaluation.value(clause.node);
        if (value.kind() != Operand::Kind::boolean) return Outcome::erring;
        if (value.is_true() == clause.unless) return Outcome::unsatisfied;
    }
    return Outcome::satisfied;
}

// Ascending, each once.
void put_in_order(std::vector<std::uint32_t>& policies) {
    std::ranges::sort(policies);
    auto const again = std::ranges::unique(policies);
    policies.erase(again.begin(), again.end());
}

}  // namespace

Inquiry::Inquiry(PolicySet const& policies, Request const& request, Entities const& entities)
    : policies_(*policies.compiled_), evaluation_(policies_.program, request, entities) {}

void Inquiry::evaluate(Response& response) {
    response.satisfied.clear();
    response.erring.clear();
    auto permitted = false;
    auto forbidden = false;
    policies_.index.candidates(evaluation_, [&](std::uint32_t policy) {
        auto const& [permits, clauses] = policies_.ready[policy];
        auto const outcome = outcome_of(clauses, evaluation_);
        if (outcome == Outcome::erring) response.erring.push_back(policy);
        if (outcome != Outcome::satisfied) return true;
        response.satisfied.push_back(policy);
        permitted = permitted || permits;
        forbidden = forbidden || !permits;
        return true;
    });
    put_in_order(response.satisfied);
    put_in_order(response.erring);
    response.allowed = permitted && !forbidden;
}

bool Inquiry::any_counts() {
    return !policies_.index.candidates(evaluation_, [&](std::uint32_t policy) {
        return outcome_of(policies_.ready[policy].clauses, evaluation_) == Outcome::unsatisfied;
    });
}

}  // namespace salus::cedar

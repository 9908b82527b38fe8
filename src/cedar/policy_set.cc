#include "cedar/policy_set.h"

#include <algorithm>
#include <span>
#include <utility>

#include "cedar/evaluation.h"
#include "cedar/policy_index.h"
#include "cedar/program.h"

namespace salus::cedar {
namespace {

struct Clause {
    NodeIndex node;
    bool unless;
};

enum class Outcome : std::uint8_t { satisfied, unsatisfied, erring };

Outcome outcome_of(std::span<Clause const> clauses, Evaluation& evaluation) {
    for (auto const& clause : clauses) {
        auto const value = evaluation.value(clause.node);
        if (value.kind() != Operand::Kind::boolean) return Outcome::erring;
        if (value.is_true() == clause.unless) return Outcome::unsatisfied;
    }
    return Outcome::satisfied;
}

// Borrows nothing.
Value owned(Value const& value) {
    if (auto const* const uid = value.entity()) return Value(EntityUid(*uid));
    if (auto const* const set = value.set()) {
        std::vector<Value> elements;
        for (auto const& element : set->elements()) elements.push_back(owned(element));
        return Value(Set(std::move(elements)));
    }
    if (auto const* const record = value.record()) {
        std::vector<Record::Member> members;
        for (auto const& [name, member] : record->members())
            members.emplace_back(name, owned(member));
        return Value(Record(std::move(members)));
    }
    return value;
}

}  // namespace

struct PolicySet::Compiled {
    explicit Compiled(std::vector<Policy> given);
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

PolicySet::Compiled::Compiled(std::vector<Policy> given) : policies(std::move(given)) {
    Compiler compiler(program);
    index = PolicyIndex(policies, compiler);
    for (auto const& policy : policies) {
        first_clause.push_back(static_cast<std::uint32_t>(clauses.size()));
        for (auto const& condition : policy.conditions) {
            auto const node = compiler.add(condition.body);
            compiler.use(node);
            clauses.push_back({.node = node, .unless = condition.unless});
        }
    }
    first_clause.push_back(static_cast<std::uint32_t>(clauses.size()));
    compiler.finish();
}

std::expected<PolicySet, std::vector<Message>> PolicySet::parse(std::string_view text) {
    auto policies = parse_policies(text);
    if (!policies) return std::unexpected(std::move(policies).error());
    return of(*std::move(policies));
}

PolicySet PolicySet::of(std::vector<Policy> policies) {
    return PolicySet(std::make_unique<Compiled const>(std::move(policies)));
}

PolicySet::PolicySet(std::unique_ptr<Compiled const> compiled) : compiled_(std::move(compiled)) {}
PolicySet::PolicySet(PolicySet&&) noexcept = default;
PolicySet& PolicySet::operator=(PolicySet&&) noexcept = default;
PolicySet::~PolicySet() = default;

std::vector<Policy> const& PolicySet::policies() const noexcept {
    return compiled_->policies;
}

Response PolicySet::evaluate(Request const& request, Entities const& entities) const {
    Response response;
    evaluate(request, entities, response);
    return response;
}

void PolicySet::evaluate(Request const& request, Entities const& entities,
                         Response& response) const {
    response.satisfied.clear();
    response.erring.clear();
    auto permitted = false;
    auto forbidden = false;
    Evaluation evaluation(compiled_->program, request, entities);
    compiled_->index.candidates(request, evaluation, [&](std::uint32_t policy) {
        auto const outcome = outcome_of(compiled_->clauses_of(policy), evaluation);
        if (outcome == Outcome::erring) response.erring.push_back(policy);
        if (outcome != Outcome::satisfied) return;
        response.satisfied.push_back(policy);
        auto const permits = compiled_->policies[policy].effect == Effect::permit;
        permitted = permitted || permits;
        forbidden = forbidden || !permits;
    });
    std::ranges::sort(response.satisfied);
    std::ranges::sort(response.erring);
    response.allowed = permitted && !forbidden;
}

std::optional<Value> evaluate(Expression const& expression, Request const& request,
                              Entities const& entities) {
    Program program;
    Compiler compiler(program);
    auto const node = compiler.add(expression);
    compiler.finish();
    Evaluation evaluation(program, request, entities);
    auto const value = evaluation.value(node);
    if (value.is_error()) return std::nullopt;
    return owned(value.borrowed());
}

}  // namespace salus::cedar

#include "cedar/plan.h"

#include <algorithm>
#include <span>
#include <utility>

#include "cedar/partial_evaluation.h"

namespace salus::cedar {

namespace {

// What is left of a policy of which nothing is certain. `head` says which parts of it are open.
struct Head {
    Truth principal;
    Truth action;
    Truth resource;
    [[nodiscard]] bool has(Truth truth) const {
        return principal == truth || action == truth || resource == truth;
    }
};

Policy left_of(Policy const& policy, Head const& head, std::vector<Condition> conditions) {
    Policy left{.id = policy.id,
                .effect = policy.effect,
                .annotations = policy.annotations,
                .conditions = std::move(conditions),
                .position = policy.position};
    if (head.principal == Truth::open) left.principal = policy.principal;
    if (head.action == Truth::open) left.action = policy.action;
    if (head.resource == Truth::open) left.resource = policy.resource;
    return left;
}

bool any_depends(Policy const& policy, Unknowns const& unknowns) {
    return std::ranges::any_of(policy.conditions, [&](Condition const& condition) {
        return unknowns.depends(condition.body);
    });
}

class Planner {
public:
    Planner(PolicySet const& policies, PartialRequest const& partial, Entities const& entities)
        : policies_(policies.policies()),
          evaluation_(partial, entities),
          whole_(policies.evaluate(partial.request, entities)) {}

    Plan plan() {
        for (std::uint32_t at = 0; at < policies_.size(); ++at) add(at);
        std::vector<std::string> reads;
        for (auto const& policy : left_)
            for (auto const& condition : policy.conditions)
                evaluation_.unknowns().collect(condition.body, reads);
        std::ranges::sort(reads);
        auto const again = std::ranges::unique(reads);
        reads.erase(again.begin(), again.end());
        return {.satisfied = std::move(satisfied_),
                .erring = std::move(erring_),
                .open = std::move(open_),
                .residual = PolicySet::of(std::move(left_)),
                .reads = std::move(reads),
                .permits = permits_,
                .forbids = forbids_};
    }

private:
    void add(std::uint32_t at) {
        auto const& policy = policies_[at];
        Head const head{.principal = evaluation_.principal(policy),
                        .action = evaluation_.action(policy),
                        .resource = evaluation_.resource(policy)};
        if (head.has(Truth::no)) return;
        auto const open_head = head.has(Truth::open);
        if (!open_head && !any_depends(policy, evaluation_.unknowns())) {
            settle(at, of_whole(at));
            return;
        }
        std::vector<Condition> conditions;
        auto const truth = evaluation_.conditions(policy, conditions);
        if (truth == Truth::no || (truth != Truth::open && !open_head)) {
            settle(at, truth);
            return;
        }
        open_.push_back(at);
        left_.push_back(left_of(policy, head, std::move(conditions)));
    }

    // What all policies together answered of one that depends on nothing unknown.
    [[nodiscard]] Truth of_whole(std::uint32_t at) const {
        if (std::ranges::binary_search(whole_.satisfied, at)) return Truth::yes;
        return std::ranges::binary_search(whole_.erring, at) ? Truth::error : Truth::no;
    }

    void settle(std::uint32_t at, Truth truth) {
        if (truth == Truth::error) erring_.push_back(at);
        if (truth != Truth::yes) return;
        satisfied_.push_back(at);
        (policies_[at].effect == Effect::permit ? permits_ : forbids_) = true;
    }

    std::vector<Policy> const& policies_;
    PartialEvaluation evaluation_;
    Response whole_;  // of the resource as far as it is known
    std::vector<std::uint32_t> satisfied_;
    std::vector<std::uint32_t> erring_;
    std::vector<std::uint32_t> open_;
    std::vector<Policy> left_;
    bool permits_ = false;
    bool forbids_ = false;
};

void add_sorted(std::vector<std::uint32_t>& positions, std::span<std::uint32_t const> certain,
                std::span<std::uint32_t const> open) {
    for (auto& position : positions) position = open[position];
    positions.insert(positions.end(), certain.begin(), certain.end());
    std::ranges::sort(positions);
}

}  // namespace

Certainty Plan::certain() const {
    auto const may = [this](Effect effect) {
        return std::ranges::any_of(residual.policies(),
                                   [&](Policy const& policy) { return policy.effect == effect; });
    };
    if (forbids || (!permits && !may(Effect::permit))) return Certainty::denied;
    return permits && !may(Effect::forbid) ? Certainty::allowed : Certainty::depends;
}

void Plan::evaluate(Request const& request, Entities const& entities, Response& response) const {
    residual.evaluate(request, entities, response);
    auto permitted = permits;
    auto forbidden = forbids;
    for (auto const position : response.satisfied) {
        auto const permit = residual.policies()[position].effect == Effect::permit;
        (permit ? permitted : forbidden) = true;
    }
    response.allowed = permitted && !forbidden;
    add_sorted(response.satisfied, satisfied, open);
    add_sorted(response.erring, erring, open);
}

Response Plan::evaluate(Request const& request, Entities const& entities) const {
    Response response;
    evaluate(request, entities, response);
    return response;
}

Plan plan(PolicySet const& policies, PartialRequest const& partial, Entities const& entities) {
    return Planner(policies, partial, entities).plan();
}

}  // namespace salus::cedar

#include "authorization/label_removal_rules.h"

#include <algorithm>

#include "authorization/judgement.h"
#include "authorization/looked_at.h"

namespace salus::authorization {
namespace {

// Labels that no rule names change nothing of what rules say.
request::CarriedLabels among(std::vector<std::string> const& known,
                             std::span<std::string const> labels) {
    request::CarriedLabels carried = 0;
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (std::ranges::find(labels, known[i]) != labels.end())
            carried |= request::CarriedLabels{1} << i;
    }
    return carried;
}

}  // namespace

bool LabelRemovalRules::permits(Wish const& wish) {
    if (exchange_.policy.rules == nullptr || exchange_.facts.caller == nullptr) return false;
    auto const& policy = *exchange_.policy.rules;
    auto const& caller = exchange_.facts.caller->facts();
    if (caller.anonymous || caller.tenant != exchange_.tenant->name) return false;
    Judgement rules(policy, caller, exchange_.tenant->name,
                    Circumstances{.now = exchange_.started, .access = exchange_.access});
    auto const& outcome = rules.on_record(Act::declassify, wish.type, wish.compartment,
                                          {.carried = among(policy.labels(), wish.labels),
                                           .care = wish.care,
                                           .authored = wish.authored,
                                           .consented = among(policy.labels(), wish.consented)});
    if (!outcome.allowed) return false;
    if (outcome.sign_in && caller.person &&
        !is_met(*outcome.sign_in, *caller.person, exchange_.started))
        return false;
    // Before what was decided, which is the last rule.
    auto& recorded = exchange_.facts.rules;
    auto const add = [&recorded](PolicyRuleId rule) {
        if (std::ranges::find(recorded, rule) == recorded.end())
            recorded.insert(recorded.begin(), std::move(rule));
    };
    for (auto const& rule : outcome.rules) add(rule);
    for (auto const duty : outcome.duties) add(rule_of(duty));
    return true;
}

}  // namespace salus::authorization

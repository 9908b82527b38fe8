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

// Never less than was shown, by which the rest of the request was permitted: the person signs in
// once.
SignIn to_sign_in(SignIn needed, request::Person const& person) {
    needed.least = std::max(needed.least, assurance_of(person.acr).value_or(needed.least));
    return needed;
}

}  // namespace

// Before what was decided, which is the last rule.
void LabelRemovalRules::put_on_record(PolicyRuleId rule) {
    auto& recorded = exchange_.facts.rules;
    if (std::ranges::find(recorded, rule) == recorded.end())
        recorded.insert(recorded.begin(), std::move(rule));
}

request::LabelRemoval::Verdict LabelRemovalRules::judge(Wish const& wish) {
    if (exchange_.policy.rules == nullptr || exchange_.facts.caller == nullptr)
        return Verdict::refused;
    auto const& policy = *exchange_.policy.rules;
    auto const& caller = exchange_.facts.caller->facts();
    if (caller.anonymous || caller.tenant != exchange_.tenant->name) return Verdict::refused;
    Judgement rules(policy, caller, exchange_.tenant->name,
                    Circumstances{.now = exchange_.started, .access = exchange_.access});
    auto const& outcome = rules.on_record(Act::declassify, wish.type, wish.compartment,
                                          {.carried = among(policy.labels(), wish.labels),
                                           .care = wish.care,
                                           .authored = wish.authored,
                                           .consented = among(policy.labels(), wish.consented)});
    if (!outcome.allowed) return Verdict::refused;
    bool const signed_in = !outcome.sign_in || !caller.person ||
                           is_met(*outcome.sign_in, *caller.person, exchange_.started);
    if (!signed_in && !wish.by_name) return Verdict::sign_in_first;
    for (auto const& rule : outcome.rules) put_on_record(rule);
    if (!signed_in) {
        exchange_.challenge =
            challenge_of(to_sign_in(*outcome.sign_in, *caller.person), exchange_.challenge);
        return Verdict::sign_in_first;
    }
    for (auto const duty : outcome.duties) put_on_record(rule_of(duty));
    return Verdict::permitted;
}

}  // namespace salus::authorization

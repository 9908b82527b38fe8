#include "consent/consent_rules.h"

#include <algorithm>
#include <utility>

#include "consent/evaluation.h"

namespace salus::consent {
namespace {

using RuleIds = std::vector<PolicyRuleId>;

constexpr std::string_view kImplicit = "consent:implicit";
constexpr std::string_view kOwn = "consent:own";

RuleIds in_order(RuleIds rules) {
    std::ranges::sort(rules);
    auto const repeated = std::ranges::unique(rules);
    rules.erase(repeated.begin(), repeated.end());
    return rules;
}

PolicyRuleId rule_of(Consent const& consent, Provision const& provision) {
    return PolicyRuleId(consent.label + ":" + provision.path);
}

// What applies where no consent says anything.
struct Otherwise {
    bool permitted = false;
    RuleIds rules;
};
Otherwise otherwise(ConsentSet const& set, RequestFacts const& request) {
    Otherwise result;
    for (auto const& consent : set.consents) {
        if (binds(consent, request, set.settings))
            result.rules.push_back(rule_of(consent, consent.base));
    }
    if (!result.rules.empty()) return result;
    result.permitted = allows(set.settings.implicit, request);
    result.rules.emplace_back(std::string(kImplicit));
    return result;
}

void add_needs(Provision const& provision, RequestFacts const& request, Needs& needs) {
    if (matches(provision, request) == Match::no) return;
    needs.labels = needs.labels || !provision.labels.empty();
    needs.codes = needs.codes || !provision.codes.empty();
    needs.time = needs.time || provision.data_period.has_value();
    needs.references = needs.references ||
                       std::ranges::any_of(provision.data.items, [](DataReference const& each) {
                           return each.meaning != DataMeaning::instance;
                       });
    for (auto const& each : provision.provisions) add_needs(each, request, needs);
}

void add_related(Provision const& provision, std::vector<std::string>& instances) {
    for (auto const& each : provision.data.items) {
        if (each.meaning == DataMeaning::related) instances.push_back(each.reference);
    }
    for (auto const& each : provision.provisions) add_related(each, instances);
}

void add_actors(Provision const& provision, std::vector<std::string>& actors) {
    for (auto const& each : provision.recipients.items) {
        if (!each.reference.empty()) actors.push_back(each.reference);
    }
    for (auto const& each : provision.provisions) add_actors(each, actors);
}

// What all consents that are in force say to `add`, sorted, each once.
std::vector<std::string> collect(ConsentSet const& set,
                                 void (*add)(Provision const&, std::vector<std::string>&)) {
    std::vector<std::string> all;
    for (auto const& consent : set.consents) {
        if (!consent.ended) add(consent.base, all);
    }
    std::ranges::sort(all);
    auto const repeated = std::ranges::unique(all);
    all.erase(repeated.begin(), repeated.end());
    return all;
}

// What the consents say of a request, before a resource is known.
struct Forecast {
    bool surely_denied = false;
    bool maybe_denied = false;
    bool surely_permitted = false;
    bool maybe_permitted = false;
    bool maybe_nothing = true;  // all may be silent at once
    RuleIds denying;
    RuleIds permitting;
    RuleIds all;
};
Forecast forecast(ConsentSet const& set, RequestFacts const& request) {
    Forecast result;
    for (auto const& consent : set.consents) {
        auto const may = possible(consent, request);
        auto const rule = rule_of(consent, consent.base);
        if (may.deny || may.permit) result.all.push_back(rule);
        if (may.only_deny()) result.denying.push_back(rule);
        if (may.only_permit()) result.permitting.push_back(rule);
        result.surely_denied = result.surely_denied || may.only_deny();
        result.maybe_denied = result.maybe_denied || may.deny;
        result.surely_permitted = result.surely_permitted || may.only_permit();
        result.maybe_permitted = result.maybe_permitted || may.permit;
        result.maybe_nothing = result.maybe_nothing && may.nothing;
    }
    return result;
}

}  // namespace

ConsentDecision::ConsentDecision(std::shared_ptr<ConsentSet const> set, RequestFacts request)
    : set_(std::move(set)), request_(std::move(request)) {
    if (request_.own) {
        outcome_ = Outcome::permit;
        rules_.emplace_back(std::string(kOwn));
        return;
    }
    auto may = forecast(*set_, request_);
    auto rest = otherwise(*set_, request_);
    bool const can_permit =
        !may.surely_denied && (may.maybe_permitted || (may.maybe_nothing && rest.permitted));
    bool const can_deny = may.maybe_denied || (!may.surely_permitted && !rest.permitted);
    if (!can_permit) {
        outcome_ = Outcome::deny;
        rules_ = in_order(std::move(may.surely_denied ? may.denying : rest.rules));
    } else if (!can_deny) {
        outcome_ = Outcome::permit;
        rules_ = in_order(std::move(may.surely_permitted ? may.permitting : rest.rules));
    } else {
        outcome_ = Outcome::permit_with_filter;
        may.all.insert(may.all.end(), rest.rules.begin(), rest.rules.end());
        rules_ = in_order(std::move(may.all));
        for (auto const& consent : set_->consents) {
            if (!consent.ended) add_needs(consent.base, request_, needs_);
        }
    }
}

Judgement ConsentDecision::judge(ResourceFacts const& resource) const {
    if (request_.own) return {.permitted = true, .rules = rules_};
    RuleIds denying;
    RuleIds permitting;
    for (auto const& consent : set_->consents) {
        auto const [says, by] = statement_of(consent, request_, resource);
        if (says == Says::deny) denying.push_back(rule_of(consent, *by));
        if (says == Says::permit) permitting.push_back(rule_of(consent, *by));
    }
    if (!denying.empty()) return {.permitted = false, .rules = in_order(std::move(denying))};
    if (!permitting.empty()) return {.permitted = true, .rules = in_order(std::move(permitting))};
    auto rest = otherwise(*set_, request_);
    return {.permitted = rest.permitted, .rules = in_order(std::move(rest.rules))};
}

ConsentRules ConsentRules::of(std::span<fhir::ResourceView const> consents,
                              ConsentSettings settings, EphiAccess const& access,
                              std::size_t unreadable, std::span<fhir::ResourceView const> outside) {
    auto set = std::make_shared<ConsentSet>();
    set->settings = std::move(settings);
    for (auto const& each : consents) {
        if (auto consent = read_consent(each.root(access), set->settings))
            set->consents.push_back(*std::move(consent));
    }
    for (auto const& each : outside) {
        auto consent = read_consent(each.root(access), set->settings);
        if (!consent) continue;
        consent->verified = false;
        set->consents.push_back(*std::move(consent));
    }
    for (; unreadable > 0; --unreadable) set->consents.push_back(unreadable_consent());
    std::ranges::sort(set->consents, {}, &Consent::label);
    return ConsentRules(std::move(set));
}

ConsentDecision ConsentRules::decide(RequestFacts request) const {
    return {set_, std::move(request)};
}

std::vector<std::string> ConsentRules::related() const {
    return collect(*set_, &add_related);
}

std::vector<std::string> ConsentRules::actors() const {
    return collect(*set_, &add_actors);
}

}  // namespace salus::consent

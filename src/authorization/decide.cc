#include "authorization/decide.h"

#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

using request::CallerFacts;
using request::IntentFacts;
using request::Interaction;

Decision deny(Errc code, Literal why) {
    Decision decision;
    decision.code = code;
    decision.why = why;
    return decision;
}

bool purpose_allows(PurposeRule const& rule, Interaction interaction, std::string_view type) {
    switch (interaction) {
        case Interaction::read:
        case Interaction::vread:
        case Interaction::history_instance:
        case Interaction::search_type: return rule.read.contains(type);
        case Interaction::create:
        case Interaction::validate:
        case Interaction::update: return rule.write.contains(type);
        case Interaction::remove: return rule.remove.contains(type);
        // Administration needs its purpose and its scope, which decide() checked.
        case Interaction::definitions_load:
        case Interaction::definitions_list:
        case Interaction::definitions_remove:
        case Interaction::client_add:
        case Interaction::control_check:
            return rule.purpose == request::PurposeOfUse::system_administration;
        case Interaction::transaction:
        case Interaction::capabilities:
        case Interaction::token:
        case Interaction::authorization_server_metadata:
        case Interaction::smart_configuration:
        case Interaction::json_web_key_set: return false;
    }
    return false;
}

request::AllowedElements const& elements_of(PurposeRule const& rule, std::string_view type) {
    auto const found = rule.elements.find(type);
    return found == rule.elements.end() ? rule.other_elements : found->second;
}

// The elements that a search parameter reads: the first step of each of its paths.
bool parameter_allowed(request::AllowedElements const& allowed, fhir::Type const& type,
                       std::string_view name) {
    // _id and _lastUpdated read id and meta, which always leave.
    if (name.starts_with('_')) return true;
    auto const* parameter = fhir::find_search_parameter(type, name);
    if (parameter == nullptr) return false;
    return std::ranges::all_of(parameter->paths, [&](fhir::SearchPath const& path) {
        return !path.steps.empty() && allowed.contains(path.steps.front().text());
    });
}

// What may not leave may not be searched or sorted by either (invariant 6).
bool may_search(request::AllowedElements const& allowed, IntentFacts const& intent) {
    if (allowed.all || !intent.query) return true;
    auto const& type = intent.query->type();
    // Patient/[id]/[type] tells which resources name this patient.
    bool const by_compartment =
        !intent.patient.empty() && !type.patient_compartment.empty() && type.name != "Patient";
    auto const shows_patient = [&](fhir::SearchParameter const* parameter) {
        return parameter_allowed(allowed, type, parameter->name.text());
    };
    if (by_compartment && std::ranges::none_of(type.patient_compartment, shows_patient)) {
        return false;
    }
    auto const permitted = [&](auto const& part) {
        return parameter_allowed(allowed, type, part.name.text());
    };
    return std::ranges::all_of(intent.query->clauses(), permitted) &&
           std::ranges::all_of(intent.query->sort_keys(), permitted);
}

// A patient-context scope reaches that patient's compartment and nothing else (SC3).
bool scope_reaches(request::Scope const& scope, CallerFacts const& caller,
                   IntentFacts const& intent) {
    if (scope.context != request::ScopeContext::patient) return true;
    return caller.patient_compartment && intent.compartment &&
           *caller.patient_compartment == *intent.compartment;
}

}  // namespace

Decision decide(Policy const& policy, CallerFacts const& caller, IntentFacts const& intent) {
    if (request::is_public(intent.interaction)) {
        Decision decision{.allowed = true, .elements = {.all = true, .names = {}}};
        decision.rules.emplace_back("public");
        return decision;
    }
    if (caller.anonymous) return deny(Errc::unauthenticated, "an access token is required");
    if (caller.tenant != intent.tenant) return deny(Errc::not_found, "no such resource");

    auto const scope = std::ranges::find_if(caller.scopes, [&](request::Scope const& candidate) {
        return request::allows(candidate, intent.interaction, intent.type) &&
               scope_reaches(candidate, caller, intent);
    });
    if (scope == caller.scopes.end()) {
        return deny(Errc::forbidden, "no scope of the token permits this");
    }
    auto const rule = std::ranges::find_if(policy.rules, [&](PurposeRule const& candidate) {
        return caller.purpose == candidate.purpose;
    });
    if (rule == policy.rules.end() || !purpose_allows(*rule, intent.interaction, intent.type)) {
        return deny(Errc::forbidden, "the purpose of use does not permit this");
    }
    auto const& elements = elements_of(*rule, intent.type);
    if (!may_search(elements, intent)) {
        return deny(Errc::forbidden,
                    "the purpose of use does not permit searching by this element");
    }
    Decision decision{.allowed = true, .elements = elements};
    decision.rules = {PolicyRuleId("scope:" + scope->text()), rule->id};
    return decision;
}

Result<request::Permit> Authorization::permit(request::CallerPointer caller, request::Intent intent,
                                              std::vector<PolicyRuleId>& rules) const {
    bool const bundle = intent.facts().interaction == Interaction::transaction;
    request::Permit permit(std::move(caller), std::move(intent));
    auto const add_rules = [&](Decision const& decision) {
        for (auto const& rule : decision.rules) {
            if (std::ranges::find(rules, rule) == rules.end()) rules.push_back(rule);
        }
    };
    if (!bundle) {
        auto decision = decide(policy_, permit.caller().facts(), permit.intent());
        add_rules(decision);
        if (!decision.allowed) return fail(decision.code, decision.why);
        permit.elements_ = std::move(decision.elements);
    }
    if (bundle && permit.caller().anonymous()) {
        return fail(Errc::unauthenticated, "an access token is required");
    }
    for (auto const& entry : permit.entries()) {
        auto decision = decide(policy_, permit.caller().facts(), entry.facts());
        add_rules(decision);
        if (!decision.allowed) return fail(decision.code, decision.why);
        permit.entry_elements_.push_back(std::move(decision.elements));
    }
    permit.rules_ = rules;
    return permit;
}

}  // namespace salus::authorization

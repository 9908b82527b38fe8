#include "authorization/decide.h"

#include <span>

#include "authorization/looked_at.h"
#include "fhir/compartment.h"
#include "fhir/definitions.h"
#include "request/scope_constraint.h"

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

// Both the policy and a scope must say so (MIN-3).
bool reaches_population(Judgement& rules, CallerFacts const& caller, std::string_view type) {
    bool const bound = caller.patient_compartment.has_value();
    return request::spans_patients(caller.scopes) && !bound &&
           rules.on(Act::span_patients, type).allowed;
}

// A history of a type or of the system is of all patients.
Decision with_reach(Judgement& rules, CallerFacts const& caller, IntentFacts const& intent,
                    Decision decision) {
    bool const broad = intent.interaction == Interaction::history_type ||
                       intent.interaction == Interaction::history_system;
    bool const matters = broad || intent.interaction == Interaction::search_type;
    if (!matters || !reaches_population(rules, caller, intent.type)) {
        if (!broad) return decision;
        return deny(Errc::forbidden,
                    "the history is too broad: name one resource, or read with the scope "
                    "admin/population.read under a policy that permits spanPatients");
    }
    decision.reach = request::Reach::population;
    auto const& spanning = rules.on(Act::span_patients, intent.type);
    if (broad) add_sign_in(decision, spanning.sign_in);
    add_duties(decision, spanning.duties);
    if (intent.interaction != Interaction::history_system) return decision;
    for (auto const& type : fhir::resource_types()) {
        auto const name = type.name.text();
        auto const& outcome = rules.on(Act::read, name);
        if (!outcome.allowed) continue;
        decision.included.push_back({std::string(name), outcome.elements});
        add_sign_in(decision, outcome.sign_in);
        add_duties(decision, outcome.duties);
    }
    return decision;
}

void add_rules(Decision& decision, std::vector<PolicyRuleId> const& rules) {
    for (auto const& rule : rules) {
        if (std::ranges::find(decision.rules, rule) == decision.rules.end())
            decision.rules.push_back(rule);
    }
}

bool is_over_all_types(IntentFacts const& intent) {
    return intent.query && intent.query->type().kind == fhir::TypeKind::any_resource;
}

Decision decide_over_all_types(Judgement& rules, CallerFacts const& caller,
                               IntentFacts const& intent) {
    if (!intent.compartment) {
        return deny(Errc::forbidden, "the policy does not permit this");
    }
    Decision decision{.allowed = true, .elements = {}};
    bool allowed = add_all_types(rules, caller, intent, decision);
    for (auto const& include : intent.query->includes()) {
        allowed = allowed && add_included(rules, caller, intent, include, decision);
    }
    if (!allowed || !may_search(rules, caller, intent)) {
        return deny(Errc::forbidden, "scope or policy do not permit all that is asked for");
    }
    decision.rules = {PolicyRuleId("scope:" + request::labels_of(request::to_text(caller.scopes)))};
    for (auto const& included : decision.included)
        add_rules(decision, rules.on(Act::search, included.type).rules);
    return decision;
}

// The scopes that permit one part of an interaction: one that leaves every resource, or else all
// granular ones, any of which a resource may match. Empty: none permits it.
std::vector<PolicyRuleId> permitting_scopes(Judgement& rules, CallerFacts const& caller,
                                            IntentFacts const& intent, Interaction part) {
    std::vector<PolicyRuleId> granular;
    for (auto const& scope : caller.scopes) {
        bool const permits =
            request::allows(scope, part, intent.type) && scope_reaches(scope, caller, intent);
        if (!permits) continue;
        PolicyRuleId name("scope:" + request::label_of(scope));
        if (scope.constraint.empty()) return {std::move(name)};
        if (!is_usable(rules, scope)) continue;
        granular.push_back(std::move(name));
    }
    return granular;
}

// RFC 9470: the token says how its person signed in; what the request asks for does not count.
// Several factors are the least, whatever the policy says.
Decision with_sign_in(CallerFacts const& caller, WallTime now, Decision decision) {
    auto const needed = decision.sign_in.value_or(SignIn{});
    decision.sign_in.reset();
    if (!caller.person || is_met(needed, *caller.person, now)) return decision;
    auto denied =
        deny(Errc::unauthenticated, "the person has to sign in again, or with a stronger factor");
    denied.rules = std::move(decision.rules);
    denied.sign_in = needed;
    return denied;
}

// Of oneself; which claims, the scopes say (OpenID Connect Core section 5.4).
Decision decide_user_info(CallerFacts const& caller) {
    if (!caller.person) return deny(Errc::forbidden, "the token acts for no person");
    Decision decision{.allowed = true, .elements = {.all = true, .names = {}}};
    decision.rules.emplace_back("self");
    return decision;
}

// A new resource has no element that the policy withholds. One that stands there may have: whoever
// may not see it cannot replace it without losing it. A patch writes what it names.
bool may_write(Judgement& rules, Outcome const& outcome, IntentFacts const& intent,
               Interaction part) {
    if (part == Interaction::update && intent.interaction == Interaction::update)
        return outcome.elements.all && rules.elements_of(intent.type).all;
    if (part == Interaction::update) return may_patch(outcome.elements, intent);
    if (part != Interaction::create || outcome.elements.all || !intent.resource) return true;
    return std::ranges::all_of(intent.resource->elements(), [&](fhir::Element const* element) {
        auto const name = element->name;
        return name == "id" || name == "meta" || outcome.elements.contains(name.text());
    });
}

// Scopes and rules that permit what most requests ask.
constexpr std::size_t kRulesAtFirst = 4;

// Scopes and policy, part by part (SMART App Launch: scopes are an upper bound).
Decision decide_parts(Judgement& rules, CallerFacts const& caller, IntentFacts const& intent) {
    Decision decision{.allowed = true, .elements = {.all = true, .names = {}}};
    decision.rules.reserve(kRulesAtFirst);
    std::vector<Outcome const*> permitting;
    bool searches = false;
    for (auto const part : request::parts_of(intent.interaction)) {
        auto scopes = permitting_scopes(rules, caller, intent, part);
        if (scopes.empty()) return deny(Errc::forbidden, "no scope of the token permits this");
        auto const& outcome = outcome_of(rules, part, intent.type);
        if (!outcome.allowed) {
            auto denied = deny(Errc::forbidden, "the policy does not permit this");
            denied.rules = outcome.rules;
            return denied;
        }
        if (!may_write(rules, outcome, intent, part)) {
            return deny(Errc::forbidden, "the policy does not permit writing all of this");
        }
        add_rules(decision, scopes);
        permitting.push_back(&outcome);
        searches = searches || request::form_of(part).access == request::Access::search;
        add_sign_in(decision, outcome.sign_in);
        add_duties(decision, outcome.duties);
    }
    decision.elements =
        searches ? found_elements(rules, intent.type) : rules.elements_of(intent.type);
    for (auto const* outcome : permitting) add_rules(decision, outcome->rules);
    return decision;
}

// Of what may not be read nothing is told, not even that it is there.
Decision without_patient(Decision const& refused_read) {
    auto denied = deny(Errc::forbidden,
                       "the resource names no patient, and what it is about may not be read: name "
                       "the patient, too");
    denied.rules = refused_read.rules;
    return denied;
}

// By scopes and policy, however the person signed in.
Decision decide_by(Judgement& rules, CallerFacts const& caller, IntentFacts const& intent,
                   bool care) {
    rules.about(intent.compartment, care);
    if (is_over_all_types(intent)) return decide_over_all_types(rules, caller, intent);
    auto decision = decide_parts(rules, caller, intent);
    if (!decision.allowed) return decision;
    if (!may_search(rules, caller, intent)) {
        return deny(Errc::forbidden, "the policy does not permit searching by this element");
    }
    if (!may_patch(decision.elements, intent)) {
        return deny(Errc::forbidden, "the policy does not permit patching this element");
    }
    // A condition is a search, and tells what a search tells.
    if (intent.condition) {
        bool const same = intent.condition->compartment == intent.compartment;
        auto const condition = decide_by(rules, caller, *intent.condition, care && same);
        rules.about(intent.compartment, care);
        if (!condition.allowed) return condition;
        // The answer may be the one that was found.
        keep_common(decision.elements, condition.elements);
        add_rules(decision, condition.rules);
        add_sign_in(decision, condition.sign_in);
        add_duties(decision, condition.duties);
    }
    for (auto const& reading : reads_of_records(intent)) {
        auto const read = decide_parts(rules, caller, reading);
        if (!read.allowed) return without_patient(read);
        add_rules(decision, read.rules);
        add_sign_in(decision, read.sign_in);
        add_duties(decision, read.duties);
    }
    for (auto const& include :
         intent.query ? intent.query->includes() : std::span<fhir::Include const>()) {
        if (!add_included(rules, caller, intent, include, decision)) {
            return deny(Errc::forbidden, "scope or policy do not permit including this type");
        }
    }
    return with_reach(rules, caller, intent, std::move(decision));
}

}  // namespace

Decision decide(Policy const& policy, CallerFacts const& caller, IntentFacts const& intent,
                Circumstances const& circumstances) {
    Judgement rules(policy, caller, intent, circumstances);
    return decide(rules, caller, intent, circumstances);
}

Decision decide(Judgement& rules, CallerFacts const& caller, IntentFacts const& intent,
                Circumstances const& circumstances) {
    if (request::is_public(intent.interaction)) {
        Decision decision{.allowed = true, .elements = {.all = true, .names = {}}};
        decision.rules.emplace_back("public");
        return decision;
    }
    if (caller.anonymous) return deny(Errc::unauthenticated, "an access token is required");
    if (caller.tenant != intent.tenant) return deny(Errc::not_found, "no such resource");

    if (intent.interaction == Interaction::user_info) return decide_user_info(caller);
    auto decision = decide_by(rules, caller, intent, circumstances.care_relationship);
    if (!decision.allowed) return decision;
    return with_sign_in(caller, circumstances.now, std::move(decision));
}

}  // namespace salus::authorization

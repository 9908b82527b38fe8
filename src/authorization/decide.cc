#include "authorization/decide.h"

#include <iterator>
#include <span>

#include "fhir/compartment.h"
#include "fhir/definitions.h"
#include "request/scope_constraint.h"

namespace salus::authorization {
namespace {

using request::Access;
using request::CallerFacts;
using request::Family;
using request::IntentFacts;
using request::Interaction;

Decision deny(Errc code, Literal why) {
    Decision decision;
    decision.code = code;
    decision.why = why;
    return decision;
}

// nullptr: the purpose has none.
PurposeRule const* rule_of(Policy const& policy, CallerFacts const& caller) {
    auto const rule = std::ranges::find_if(policy.rules, [&](PurposeRule const& candidate) {
        return caller.purpose == candidate.purpose;
    });
    return rule == policy.rules.end() ? nullptr : &*rule;
}

bool purpose_allows(PurposeRule const& rule, Access access, std::string_view type) {
    switch (access) {
        case Access::read:
        case Access::search: return rule.read.contains(type);
        case Access::create:
        case Access::update: return rule.write.contains(type);
        case Access::remove: return rule.remove.contains(type);
        case Access::none: return false;
    }
    return false;
}

bool purpose_allows(PurposeRule const& rule, Interaction interaction, std::string_view type) {
    auto const& form = request::form_of(interaction);
    // Administration needs its purpose and its scope, which decide() checked.
    if (request::is_administration(form.family))
        return rule.purpose == request::PurposeOfUse::system_administration;
    switch (form.family) {
        case Family::resource: return purpose_allows(rule, form.access, type);
        case Family::audit_event:
        case Family::audit_detail: return rule.read.contains("AuditEvent");
        case Family::receipt: return true;
        default: return false;
    }
}

request::AllowedElements const& elements_of(PurposeRule const& rule, std::string_view type) {
    auto const found = rule.elements.find(type);
    return found == rule.elements.end() ? rule.other_elements : found->second;
}

// The top-level elements that a search parameter reads; nullptr: _id or _lastUpdated, which read
// id and meta. These always leave, and so may every parameter that reads meta be used.
bool parameter_allowed(request::AllowedElements const& allowed,
                       fhir::SearchParameter const* parameter) {
    if (allowed.all || parameter == nullptr || parameter->name.text().starts_with('_')) return true;
    return !parameter->elements.empty() &&
           std::ranges::all_of(parameter->elements, [&](Literal const& element) {
               return allowed.contains(element.text());
           });
}

// Whether an element is absent would show in a choice that may have one type only.
bool may_see_choice(request::AllowedElements const& allowed, fhir::Type const& type,
                    std::string_view name) {
    auto const* element = fhir::find_element(type, name);
    if (element == nullptr || element->choice == 0) return allowed.contains(name);
    return std::ranges::all_of(type.elements, [&](fhir::Element const& other) {
        return other.choice != element->choice || allowed.contains(other.name.text());
    });
}

// A constraint tells of each resource whether it holds: who may not search by an element is not
// constrained by it either, whatever was registered or asked for (invariant 6).
bool is_usable(PurposeRule const& rule, request::Scope const& scope) {
    if (scope.constraint.empty()) return true;
    auto const* type = fhir::find_type(scope.type == "*" ? "Resource" : scope.type);
    auto const query =
        type == nullptr ? std::nullopt : request::constraint_query(*type, scope.constraint);
    return query && std::ranges::all_of(query->reads(), [&](fhir::SearchRead const& read) {
               return parameter_allowed(elements_of(rule, scope.type), read.parameter);
           });
}

// A patch reads and writes what it names, so it may name only what may leave (invariant 6). Judged
// by the patch alone: the answer is the same whatever the resource holds.
bool may_patch(request::AllowedElements const& allowed, IntentFacts const& intent) {
    if (allowed.all || (!intent.patch && !intent.fhirpath_patch)) return true;
    auto const names = intent.patch ? intent.patch->elements() : intent.fhirpath_patch->elements();
    auto const* type = fhir::find_resource_type(intent.type);
    if (!names || type == nullptr) return false;
    return std::ranges::all_of(*names, [&](std::string const& name) {
        bool const always = name == "meta" || name == "id" || name == "resourceType";
        return always || may_see_choice(allowed, *type, name);
    });
}

// A patient-context scope reaches that patient's compartment and nothing else (SC3).
bool scope_reaches(request::Scope const& scope, CallerFacts const& caller,
                   IntentFacts const& intent) {
    if (scope.context != request::ScopeContext::patient) return true;
    return caller.patient_compartment && intent.compartment &&
           *caller.patient_compartment == *intent.compartment;
}

// Whether scope and purpose permit this on another type than the intent's own. What no patient's
// compartment holds is beyond a patient-context scope.
bool other_type_allowed(PurposeRule const& rule, CallerFacts const& caller,
                        IntentFacts const& intent, Interaction interaction,
                        fhir::Type const& type) {
    auto const name = type.name.text();
    auto const permits = [&](request::Scope const& scope) {
        bool const reaches = scope.context != request::ScopeContext::patient ||
                             (!fhir::is_shared_type(type) && scope_reaches(scope, caller, intent));
        return reaches && request::allows(scope, interaction, name) && is_usable(rule, scope);
    };
    return std::ranges::any_of(caller.scopes, permits) && purpose_allows(rule, interaction, name);
}

// What may not leave may not be searched, sorted, followed or included by either (invariant 6):
// each parameter of each type that the query looks at, chains, _has and includes among them.
bool may_search(PurposeRule const& rule, CallerFacts const& caller, IntentFacts const& intent) {
    if (!intent.query) return true;
    auto const& type = intent.query->type();
    auto const& own = elements_of(rule, intent.type);
    // Patient/[id]/[type] tells which resources name this patient.
    bool const by_compartment =
        !intent.patient.empty() && !type.patient_compartment.empty() && type.name != "Patient";
    auto const shows_patient = [&](fhir::SearchParameter const* parameter) {
        return parameter_allowed(own, parameter);
    };
    if (by_compartment && std::ranges::none_of(type.patient_compartment, shows_patient)) {
        return false;
    }
    return std::ranges::all_of(intent.query->reads(), [&](fhir::SearchRead const& read) {
        bool const other = read.type != &type;
        return (!other ||
                other_type_allowed(rule, caller, intent, Interaction::search_type, *read.type)) &&
               parameter_allowed(elements_of(rule, read.type->name.text()), read.parameter);
    });
}

// Types that an include may bring. What the request names must be permitted; of a reference to any
// type, the permitted ones come along.
bool add_included(PurposeRule const& rule, CallerFacts const& caller, IntentFacts const& intent,
                  fhir::Include const& include, std::vector<request::TypePermit>& included) {
    auto const add = [&](fhir::Type const& type) {
        auto const name = type.name.text();
        if (!other_type_allowed(rule, caller, intent, Interaction::read, type)) return false;
        if (std::ranges::find(included, name, &request::TypePermit::type) == included.end())
            included.push_back({std::string(name), elements_of(rule, name)});
        return true;
    };
    if (include.direction == fhir::IncludeDirection::reverse) return add(*include.source);
    if (include.target != nullptr) return add(*include.target);
    bool const some = include.parameter != nullptr && !include.parameter->targets.empty();
    if (!some) {
        for (auto const& type : fhir::resource_types()) add(type);
        return true;
    }
    for (auto const* type : include.parameter->targets) {
        if (!add(*type) && include.parameter->targets.size() == 1) return false;
    }
    return true;
}

// Patient/[id]/*: the types of which this caller may see which resources name the patient.
bool add_all_types(PurposeRule const& rule, CallerFacts const& caller, IntentFacts const& intent,
                   std::vector<request::TypePermit>& included) {
    auto const& query = *intent.query;
    for (auto const& type : fhir::resource_types()) {
        if (fhir::is_shared_type(type) || !query.covers(type)) continue;
        auto const& elements = elements_of(rule, type.name.text());
        auto const shows_patient = [&](fhir::SearchParameter const* parameter) {
            return parameter_allowed(elements, parameter);
        };
        bool const allowed =
            other_type_allowed(rule, caller, intent, Interaction::search_type, type) &&
            (type.name == "Patient" ||
             std::ranges::any_of(type.patient_compartment, shows_patient));
        if (allowed) included.push_back({std::string(type.name.text()), elements});
        // What is asked for by name must be permitted.
        if (!allowed && !query.types().empty()) return false;
    }
    return !included.empty();
}

// Both the purpose and a scope must say so (MIN-3).
request::Reach reach_of(PurposeRule const& rule, CallerFacts const& caller) {
    bool const bound = caller.patient_compartment.has_value();
    return request::spans_patients(caller.scopes) && !bound ? rule.reach : request::Reach::named;
}

// A history of a type or of the system is of all patients.
Decision with_reach(PurposeRule const& rule, CallerFacts const& caller, IntentFacts const& intent,
                    Decision decision) {
    decision.reach = reach_of(rule, caller);
    bool const broad = intent.interaction == Interaction::history_type ||
                       intent.interaction == Interaction::history_system;
    if (!broad) return decision;
    if (decision.reach != request::Reach::population) {
        return deny(Errc::forbidden,
                    "the history is too broad: name one resource, or read with the scope "
                    "admin/population.read for a purpose whose policy has population = true");
    }
    if (intent.interaction != Interaction::history_system) return decision;
    for (auto const& type : fhir::resource_types()) {
        auto const name = type.name.text();
        decision.included.push_back({std::string(name), elements_of(rule, name)});
    }
    return decision;
}

bool is_over_all_types(IntentFacts const& intent) {
    return intent.query && intent.query->type().kind == fhir::TypeKind::any_resource;
}

Decision decide_over_all_types(PurposeRule const& rule, CallerFacts const& caller,
                               IntentFacts const& intent) {
    if (!intent.compartment) {
        return deny(Errc::forbidden, "the purpose of use does not permit this");
    }
    Decision decision{.allowed = true, .elements = {}};
    bool allowed = add_all_types(rule, caller, intent, decision.included);
    for (auto const& include : intent.query->includes()) {
        allowed = allowed && add_included(rule, caller, intent, include, decision.included);
    }
    if (!allowed || !may_search(rule, caller, intent)) {
        return deny(Errc::forbidden, "scope or purpose do not permit all that is asked for");
    }
    decision.rules = {PolicyRuleId("scope:" + request::labels_of(request::to_text(caller.scopes))),
                      rule.id};
    return decision;
}

// What showing resources of this type with everything of a patient amounts to: a search in the
// compartment, or, of a type that no patient's compartment holds, a read.
Result<IntentFacts> showing(IntentFacts const& everything, fhir::Type const& type) {
    IntentFacts facts;
    facts.interaction = Interaction::read;
    facts.tenant = everything.tenant;
    facts.type = type.name.text();
    if (type.name != "Patient" && type.patient_compartment.empty()) return facts;
    facts.interaction = Interaction::search_type;
    facts.compartment = everything.compartment;
    facts.patient_compartment = true;
    facts.patient = everything.id.clone();
    SALUS_TRY(facts.query, fhir::SearchQuery::parse(type, {}, WallTime{}));
    return facts;
}

// The scopes that permit one part of an interaction: one that leaves every resource, or else all
// granular ones, any of which a resource may match. Empty: none permits it. `rule`: of the purpose;
// nullptr: it has none.
std::vector<PolicyRuleId> permitting_scopes(PurposeRule const* rule, CallerFacts const& caller,
                                            IntentFacts const& intent, Interaction part) {
    std::vector<PolicyRuleId> granular;
    for (auto const& scope : caller.scopes) {
        bool const permits =
            request::allows(scope, part, intent.type) && scope_reaches(scope, caller, intent);
        if (!permits) continue;
        PolicyRuleId name("scope:" + request::label_of(scope));
        if (scope.constraint.empty()) return {std::move(name)};
        if (rule != nullptr && !is_usable(*rule, scope)) continue;
        granular.push_back(std::move(name));
    }
    return granular;
}

SignIn const& sign_in_for(PurposeRule const& rule, Interaction interaction) {
    auto const& form = request::form_of(interaction);
    bool const administers =
        request::is_administration(form.family) || form.family == Family::audit_detail ||
        interaction == Interaction::history_type || interaction == Interaction::history_system;
    if (administers) return rule.sign_ins.administration;
    return form.writes ? rule.sign_ins.write : rule.sign_ins.read;
}

bool is_met(SignIn const& needed, request::Person const& person, WallTime now) {
    auto const shown = assurance_of(person.acr);
    if (!shown || *shown < needed.least || person.authenticated > now) return false;
    return needed.max_age.count() == 0 || now - person.authenticated <= needed.max_age;
}

// RFC 9470: the token says how its person signed in; what the request asks for does not count. A
// condition is a search beside the write that it is for.
Decision with_sign_in(PurposeRule const& rule, CallerFacts const& caller, IntentFacts const& intent,
                      WallTime now, Decision decision) {
    if (!caller.person) return decision;
    auto needed = sign_in_for(rule, intent.interaction);
    if (intent.condition) needed = stricter_of(needed, rule.sign_ins.read);
    if (is_met(needed, *caller.person, now)) return decision;
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

// By scopes and purpose, however the person signed in. `rule`: of the purpose.
Decision decide_by(PurposeRule const& rule, CallerFacts const& caller, IntentFacts const& intent) {
    if (is_over_all_types(intent)) return decide_over_all_types(rule, caller, intent);
    std::vector<PolicyRuleId> rules;
    for (auto const part : request::parts_of(intent.interaction)) {
        auto scopes = permitting_scopes(&rule, caller, intent, part);
        if (scopes.empty()) return deny(Errc::forbidden, "no scope of the token permits this");
        if (!purpose_allows(rule, part, intent.type)) {
            return deny(Errc::forbidden, "the purpose of use does not permit this");
        }
        for (auto& name : scopes) {
            if (std::ranges::find(rules, name) == rules.end()) rules.push_back(std::move(name));
        }
    }
    auto const& elements = elements_of(rule, intent.type);
    if (!may_search(rule, caller, intent)) {
        return deny(Errc::forbidden,
                    "the purpose of use does not permit searching by this element");
    }
    if (!may_patch(elements, intent)) {
        return deny(Errc::forbidden, "the purpose of use does not permit patching this element");
    }
    // A condition is a search, and tells what a search tells.
    if (intent.condition) {
        auto condition = decide_by(rule, caller, *intent.condition);
        if (!condition.allowed) return condition;
        std::ranges::move(condition.rules, std::back_inserter(rules));
    }
    rules.push_back(rule.id);
    Decision decision{.allowed = true, .elements = elements};
    decision.rules = std::move(rules);
    for (auto const& include :
         intent.query ? intent.query->includes() : std::span<fhir::Include const>()) {
        if (!add_included(rule, caller, intent, include, decision.included)) {
            return deny(Errc::forbidden, "scope or purpose do not permit including this type");
        }
    }
    return with_reach(rule, caller, intent, std::move(decision));
}

// Why not, where the purpose has no rule: the scope, if it is that too.
Decision deny_without_rule(CallerFacts const& caller, IntentFacts const& intent) {
    auto const missing = [&](Interaction part) {
        return permitting_scopes(nullptr, caller, intent, part).empty();
    };
    bool const by_scope = !is_over_all_types(intent) &&
                          std::ranges::any_of(request::parts_of(intent.interaction), missing);
    return deny(Errc::forbidden, by_scope ? Literal("no scope of the token permits this")
                                          : Literal("the purpose of use does not permit this"));
}

request::Challenge challenge_of(SignIn const& needed, request::Challenge const& before) {
    return {.error = request::CredentialError::insufficient_user_authentication,
            .dpop = before.dpop,
            .acr_values = acr_values_of(needed.least),
            .max_age = needed.max_age};
}

}  // namespace

Decision decide(Policy const& policy, CallerFacts const& caller, IntentFacts const& intent,
                WallTime now) {
    if (request::is_public(intent.interaction)) {
        Decision decision{.allowed = true, .elements = {.all = true, .names = {}}};
        decision.rules.emplace_back("public");
        return decision;
    }
    if (caller.anonymous) return deny(Errc::unauthenticated, "an access token is required");
    if (caller.tenant != intent.tenant) return deny(Errc::not_found, "no such resource");

    if (intent.interaction == Interaction::user_info) return decide_user_info(caller);
    auto const* rule = rule_of(policy, caller);
    if (rule == nullptr) return deny_without_rule(caller, intent);
    auto decision = decide_by(*rule, caller, intent);
    if (!decision.allowed) return decision;
    return with_sign_in(*rule, caller, intent, now, std::move(decision));
}

Result<request::Permit> Authorization::permit(request::Exchange& exchange,
                                              request::Intent intent) const {
    bool const batch = intent.facts().interaction == Interaction::batch;
    bool const bundle = batch || intent.facts().interaction == Interaction::transaction;
    auto& rules = exchange.facts.rules;
    request::Permit permit(exchange.facts.caller, std::move(intent));
    if (auto const* rule = rule_of(policy_, permit.caller().facts())) {
        permit.constraints_.keep_usable(
            [rule](request::Scope const& scope) { return is_usable(*rule, scope); });
    }
    std::optional<SignIn> sign_in;
    // What is refused for nothing but the sign-in is refused when all else is decided: the person
    // signs in once, for all of it.
    auto const decided = [&](IntentFacts const& facts) -> Result<Decision> {
        auto decision = decide(policy_, permit.caller().facts(), facts, exchange.started);
        for (auto const& rule : decision.rules) {
            if (std::ranges::find(rules, rule) == rules.end()) rules.push_back(rule);
        }
        if (!decision.allowed && !decision.sign_in) return fail(decision.code, decision.why);
        if (decision.sign_in)
            sign_in = sign_in ? stricter_of(*sign_in, *decision.sign_in) : decision.sign_in;
        return decision;
    };
    if (!bundle) {
        SALUS_TRY(auto decision, decided(permit.intent()));
        permit.elements_ = std::move(decision.elements);
        permit.included_ = std::move(decision.included);
        permit.reach_ = decision.reach;
    }
    if (bundle && permit.caller().anonymous()) {
        return fail(Errc::unauthenticated, "an access token is required");
    }
    if (permit.intent().interaction == Interaction::everything && !sign_in) {
        SALUS_TRY_VOID(permit_types(permit, exchange.started));
    }
    // A batch's entries come back one by one, as requests of their own.
    for (auto const& entry : batch ? std::span<request::Intent const>()
                                   : std::span<request::Intent const>(permit.entries())) {
        SALUS_TRY(auto decision, decided(entry.facts()));
        permit.entry_elements_.push_back(std::move(decision.elements));
    }
    if (sign_in) {
        exchange.challenge = challenge_of(*sign_in, exchange.challenge);
        return fail(Errc::unauthenticated,
                    "the person has to sign in again, or with a stronger factor");
    }
    permit.rules_ = rules;
    return permit;
}

Result<void> Authorization::permit_types(request::Permit& permit, WallTime now) const {
    auto const& asked = permit.intent().types;
    for (auto const& type : fhir::resource_types()) {
        auto const name = type.name.text();
        bool const named = std::ranges::find(asked, name) != asked.end();
        if (!asked.empty() && !named) continue;
        SALUS_TRY(auto const facts, showing(permit.intent(), type));
        auto decision = decide(policy_, permit.caller().facts(), facts, now);
        if (decision.allowed) {
            permit.included_.push_back({std::string(name), std::move(decision.elements)});
        } else if (named) {
            return fail(decision.code, decision.why);
        }
    }
    return {};
}

}  // namespace salus::authorization

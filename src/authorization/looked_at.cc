#include "authorization/looked_at.h"

#include <algorithm>

#include "fhir/compartment.h"
#include "fhir/definitions.h"
#include "fhir/reference.h"
#include "request/scope_constraint.h"

namespace salus::authorization {
namespace {

using request::Access;
using request::CallerFacts;
using request::Family;
using request::IntentFacts;
using request::Interaction;

std::optional<Act> act_of(Access access) noexcept {
    switch (access) {
        case Access::read: return Act::read;
        case Access::search: return Act::search;
        case Access::create: return Act::create;
        case Access::update: return Act::update;
        case Access::remove: return Act::remove;
        case Access::none: return std::nullopt;
    }
    return std::nullopt;
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

}  // namespace

std::string_view function_of(request::Family family) noexcept {
    switch (family) {
        case Family::definitions: return "definitions";
        case Family::clients: return "clients";
        case Family::users: return "users";
        case Family::keys: return "keys";
        case Family::check: return "check";
        case Family::backups: return "backups";
        case Family::policies: return "policies";
        case Family::audit_detail: return "auditDetails";
        case Family::launch: return "launch";
        case Family::receipt: return "receipt";
        default: return "";
    }
}

Outcome const& outcome_of(Judgement& rules, Interaction interaction, std::string_view type) {
    static Outcome const kRefused;
    auto const& form = request::form_of(interaction);
    auto const act = act_of(form.access);
    if (form.family == Family::resource) return act ? rules.on(*act, type) : kRefused;
    if (form.family == Family::audit_event) return act ? rules.on(*act, "AuditEvent") : kRefused;
    auto const function = function_of(form.family);
    if (function.empty()) return kRefused;
    return rules.on_function(
        form.access == Access::update ? Act::administer_write : Act::administer_read, function);
}

std::optional<Act> act_of(Interaction part) noexcept {
    auto const& form = request::form_of(part);
    return form.family == Family::resource ? act_of(form.access) : std::nullopt;
}

bool is_met(SignIn const& needed, request::Person const& person, WallTime now) noexcept {
    auto const shown = assurance_of(person.acr);
    if (!shown || *shown < needed.least || person.authenticated > now) return false;
    return needed.max_age.count() == 0 || now - person.authenticated <= needed.max_age;
}

request::Challenge challenge_of(SignIn const& needed, request::Challenge const& before) {
    return {.error = request::CredentialError::insufficient_user_authentication,
            .dpop = before.dpop,
            .acr_values = acr_values_of(needed.least),
            .max_age = needed.max_age};
}

bool scope_reaches(request::Scope const& scope, CallerFacts const& caller,
                   IntentFacts const& intent) {
    if (scope.context != request::ScopeContext::patient) return true;
    return caller.patient_compartment && intent.compartment &&
           *caller.patient_compartment == *intent.compartment;
}

bool is_usable(Judgement& rules, request::Scope const& scope) {
    if (scope.constraint.empty()) return true;
    auto const* type = fhir::find_type(scope.type == "*" ? "Resource" : scope.type);
    auto const query =
        type == nullptr ? std::nullopt : request::constraint_query(*type, scope.constraint);
    if (!query) return false;
    auto const tells_no_more = [&](request::AllowedElements const& allowed) {
        return std::ranges::all_of(query->reads(), [&](fhir::SearchRead const& read) {
            return parameter_allowed(allowed, read.parameter);
        });
    };
    if (!tells_no_more(rules.elements_of(scope.type))) return false;
    if (!request::allows(scope, Interaction::search_type, scope.type)) return true;
    auto const& found = rules.on(Act::search, scope.type);
    return !found.allowed || tells_no_more(found.elements);
}

void keep_common(request::AllowedElements& elements, request::AllowedElements const& others) {
    if (others.all) return;
    if (elements.all) {
        elements = others;
        return;
    }
    std::erase_if(elements.names, [&](std::string const& name) { return !others.contains(name); });
}

request::AllowedElements found_elements(Judgement& rules, std::string_view type) {
    auto elements = rules.on(Act::search, type).elements;
    auto const& read = rules.on(Act::read, type);
    if (read.allowed) keep_common(elements, read.elements);
    return elements;
}

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

namespace {

// Whether scope and policy permit this on another type than the intent's own. What no patient's
// compartment holds is beyond a patient-context scope.
bool other_type_allowed(Judgement& rules, CallerFacts const& caller, IntentFacts const& intent,
                        Interaction interaction, fhir::Type const& type) {
    auto const name = type.name.text();
    auto const permits = [&](request::Scope const& scope) {
        bool const reaches = scope.context != request::ScopeContext::patient ||
                             (!fhir::is_shared_type(type) && scope_reaches(scope, caller, intent));
        return reaches && request::allows(scope, interaction, name) && is_usable(rules, scope);
    };
    return std::ranges::any_of(caller.scopes, permits) &&
           outcome_of(rules, interaction, name).allowed;
}

}  // namespace

bool may_search(Judgement& rules, CallerFacts const& caller, IntentFacts const& intent) {
    if (!intent.query) return true;
    auto const& type = intent.query->type();
    auto const own = found_elements(rules, intent.type);
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
                other_type_allowed(rules, caller, intent, Interaction::search_type, *read.type)) &&
               parameter_allowed(other ? found_elements(rules, read.type->name.text()) : own,
                                 read.parameter);
    });
}

std::vector<std::string> records_about(IntentFacts const& intent) {
    bool const writes =
        intent.interaction == Interaction::create || intent.interaction == Interaction::update;
    if (!writes || !intent.resource) return {};
    return fhir::records_about(*intent.resource).value_or(std::vector<std::string>());
}

std::vector<IntentFacts> reads_of_records(IntentFacts const& intent) {
    std::vector<IntentFacts> reads;
    for (auto const& record : records_about(intent)) {
        auto const* type = fhir::type_of_reference(record);
        auto const name = type != nullptr ? type->name.text() : std::string_view();
        bool const known = std::ranges::find(reads, name, &IntentFacts::type) != reads.end();
        if (name.empty() || known) continue;
        IntentFacts read;
        read.interaction = Interaction::read;
        read.tenant = intent.tenant;
        read.type = name;
        read.compartment = intent.compartment;
        read.patient_compartment = intent.patient_compartment;
        reads.push_back(std::move(read));
    }
    return reads;
}

void add_sign_in(Decision& decision, std::optional<SignIn> const& sign_in) {
    if (!sign_in) return;
    decision.sign_in = decision.sign_in ? stricter_of(*decision.sign_in, *sign_in) : sign_in;
}

void add_duties(Decision& decision, std::vector<Duty> const& duties) {
    for (auto const duty : duties) {
        if (std::ranges::find(decision.duties, duty) == decision.duties.end())
            decision.duties.push_back(duty);
    }
}

bool add_included(Judgement& rules, CallerFacts const& caller, IntentFacts const& intent,
                  fhir::Include const& include, Decision& decision) {
    auto const add = [&](fhir::Type const& type) {
        auto const name = type.name.text();
        if (!other_type_allowed(rules, caller, intent, Interaction::read, type)) return false;
        auto const& shown = rules.on(Act::read, name);
        add_sign_in(decision, shown.sign_in);
        add_duties(decision, shown.duties);
        auto& included = decision.included;
        auto const known = std::ranges::find(included, name, &request::TypePermit::type);
        if (known == included.end())
            included.push_back({std::string(name), shown.elements});
        else
            keep_common(known->elements, shown.elements);
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

bool add_all_types(Judgement& rules, CallerFacts const& caller, IntentFacts const& intent,
                   Decision& decision) {
    auto const& query = *intent.query;
    for (auto const& type : fhir::resource_types()) {
        if (fhir::is_shared_type(type) || !query.covers(type)) continue;
        auto const elements = found_elements(rules, type.name.text());
        auto const shows_patient = [&](fhir::SearchParameter const* parameter) {
            return parameter_allowed(elements, parameter);
        };
        bool const allowed =
            other_type_allowed(rules, caller, intent, Interaction::search_type, type) &&
            (type.name == "Patient" ||
             std::ranges::any_of(type.patient_compartment, shows_patient));
        if (allowed) {
            decision.included.push_back({std::string(type.name.text()), elements});
            auto const& found = rules.on(Act::search, type.name.text());
            add_sign_in(decision, found.sign_in);
            add_duties(decision, found.duties);
        }
        // What is asked for by name must be permitted.
        if (!allowed && !query.types().empty()) return false;
    }
    return !decision.included.empty();
}

}  // namespace salus::authorization

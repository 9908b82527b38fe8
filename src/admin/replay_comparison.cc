#include "admin/replay_comparison.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "fhir/definitions.h"

namespace salus::admin {
namespace {

using authorization::Decision;
using authorization::Policy;

using Names = std::set<std::string>;

void add_elements(request::AllowedElements const& allowed, std::string_view type_name,
                  Names& names) {
    auto const* type = fhir::find_resource_type(type_name);
    if (!allowed.all || type == nullptr) {
        names.insert(allowed.names.begin(), allowed.names.end());
    } else {
        for (auto const& element : type->elements) names.emplace(element.name.text());
    }
    // These always leave.
    names.erase("id");
    names.erase("meta");
}

// What may leave by this decision.
Names fields_of(Decision const& decision, request::IntentFacts const& intent) {
    Names names;
    auto const& form = request::form_of(intent.interaction);
    bool const shows = form.family == request::Family::resource &&
                       form.access != request::Access::remove && decision.allowed;
    if (!shows) return names;
    if (!intent.type.empty()) add_elements(decision.elements, intent.type, names);
    for (auto const& [type, elements] : decision.included) {
        auto const of_type = type + ".";
        if (elements.all) names.insert(of_type + "*");
        for (auto const& element : elements.names) names.insert(of_type + element);
    }
    return names;
}

std::vector<std::string> without(Names const& names, Names const& others) {
    std::vector<std::string> left;
    std::ranges::set_difference(names, others, std::back_inserter(left));
    return left;
}

Change change_of(Comparison const& comparison) {
    auto const& before = comparison.before;
    auto const& after = comparison.after;
    if (before.allowed != after.allowed) return after.allowed ? Change::gain : Change::loss;
    if (!before.allowed) return Change::none;
    if (!comparison.fields_lost.empty() || after.reach < before.reach) return Change::loss;
    bool const more = !comparison.fields_gained.empty() || after.reach > before.reach;
    return more ? Change::gain : Change::none;
}

Comparison compare_with(Policy const& now, Policy const& next, ReplayedRequest const& request,
                        bool care) {
    auto circumstances = request.circumstances;
    circumstances.care_relationship = care;
    Comparison comparison{
        .before = authorization::decide(now, request.caller, request.intent, circumstances),
        .after = authorization::decide(next, request.caller, request.intent, circumstances),
        .fields_gained = {},
        .fields_lost = {}};
    comparison.agrees = comparison.before.allowed == request.was_permitted;
    if (comparison.before.allowed && comparison.after.allowed) {
        auto const before = fields_of(comparison.before, request.intent);
        auto const after = fields_of(comparison.after, request.intent);
        comparison.fields_gained = without(after, before);
        comparison.fields_lost = without(before, after);
    }
    comparison.change = change_of(comparison);
    return comparison;
}

bool change_the_same(Comparison const& one, Comparison const& other) {
    return one.change == other.change && one.fields_gained == other.fields_gained &&
           one.fields_lost == other.fields_lost;
}

}  // namespace

Comparison compare(Policy const& now, Policy const& next, ReplayedRequest const& request) {
    auto unrelated = compare_with(now, next, request, false);
    if (!request.may_care || (!now.asks_for_care() && !next.asks_for_care())) return unrelated;
    auto caring = compare_with(now, next, request, true);
    if (unrelated.agrees != caring.agrees) return unrelated.agrees ? unrelated : caring;
    auto& likely = request.was_permitted ? caring : unrelated;
    auto& other = request.was_permitted ? unrelated : caring;
    if (change_the_same(likely, other)) return likely;
    likely.change = Change::care_decides;
    likely.otherwise = std::move(other.after);
    return likely;
}

}  // namespace salus::admin

#include "consent/provision.h"

#include <algorithm>

namespace salus::consent {
namespace {

Match all_of(std::initializer_list<Match> matches) {
    return std::min(matches);
}

// Any of an element's values; an element that is not there says nothing.
template <class T, class Judge>
Match any_of(Listed<T> const& listed, Judge judge) {
    if (listed.empty()) return Match::yes;
    auto best = listed.beyond ? Match::unknown : Match::no;
    for (auto const& each : listed.items) best = std::max(best, judge(each));
    return best;
}

std::string_view type_of(std::string_view place) {
    return place.substr(0, place.find('/'));
}

Match matches_actor(std::string_view reference, RequestFacts const& request) {
    if (contains(request.actors, reference)) return Match::yes;
    auto const known = std::ranges::find(request.memberships, reference, &Membership::actor);
    if (known != request.memberships.end()) return known->member ? Match::yes : Match::no;
    bool const type_known =
        request.actors_complete || std::ranges::any_of(request.actors, [&](auto const& each) {
            return type_of(each) == type_of(reference);
        });
    return type_known ? Match::no : Match::unknown;
}

Match matches_recipient(Recipient const& recipient, RequestFacts const& request) {
    auto match = Match::yes;
    if (!recipient.roles.empty()) {
        bool const has = std::ranges::any_of(recipient.roles, [&](Code const& role) {
            return std::ranges::find(request.roles, role) != request.roles.end();
        });
        auto const otherwise = request.actors_complete ? Match::no : Match::unknown;
        match = has ? Match::yes : otherwise;
    }
    if (!recipient.reference.empty())
        match = std::min(match, matches_actor(recipient.reference, request));
    return match;
}

Match matches_actions(Provision const& provision, RequestFacts const& request) {
    if (provision.actions.empty() && !provision.other_actions) return Match::yes;
    if (!request.actions.empty() && request.actions.within(provision.actions)) return Match::yes;
    bool const some = provision.other_actions || request.actions.empty() ||
                      request.actions.meets(provision.actions);
    return some ? Match::unknown : Match::no;
}

// All that makes the resource sensitive is named, and it is not more confidential than was said.
bool released_by(Listed<Code> const& listed, ResourceFacts const& resource) {
    std::optional<Confidentiality> level;
    std::vector<std::string> sensitivities;
    std::vector<Code> others;
    for (auto const& each : listed.items) {
        if (auto const stated = confidentiality_of(each)) {
            level = level ? std::max(*level, *stated) : *stated;
        } else if (auto sensitivity = sensitivity_of(each)) {
            sensitivities.push_back(*std::move(sensitivity));
        } else {
            others.push_back(each);
        }
    }
    auto const& labels = resource.labels;
    if (labels.confidentiality > level.value_or(Confidentiality::restricted)) return false;
    if (!level && !sensitivities.empty() && labels.sensitivities.empty()) return false;
    auto const is_named = [&](std::string const& label) {
        return std::ranges::any_of(sensitivities, [&](std::string const& named) {
            return named == label || (!must_be_named(label) && covers(named, label));
        });
    };
    if (!sensitivities.empty() && !std::ranges::all_of(labels.sensitivities, is_named))
        return false;
    return others.empty() || std::ranges::any_of(others, [&](Code const& each) {
               return std::ranges::find(resource.marks, each) != resource.marks.end();
           });
}

// Some label of the resource is what is named, a kind of it, or something broader, which may be it.
bool touched_by(Code const& named, ResourceFacts const& resource) {
    if (auto const level = confidentiality_of(named))
        return resource.labels.confidentiality >= *level;
    if (auto const sensitivity = sensitivity_of(named)) {
        return std::ranges::any_of(resource.labels.sensitivities, [&](std::string const& label) {
            return covers(*sensitivity, label) || covers(label, *sensitivity);
        });
    }
    return std::ranges::find(resource.marks, named) != resource.marks.end();
}

Match matches_labels(Provision const& provision, ResourceFacts const& resource) {
    auto const& listed = provision.labels;
    if (listed.empty()) return Match::yes;
    if (provision.permits) {
        return !listed.beyond && released_by(listed, resource) ? Match::yes : Match::no;
    }
    return any_of(listed, [&](Code const& each) {
        return touched_by(each, resource) ? Match::yes : Match::no;
    });
}

// A permission needs the code in what the resource is about; a denial, anywhere.
Match matches_code(Code const& named, ResourceFacts const& resource) {
    if (std::ranges::find(resource.codes, named) != resource.codes.end()) return Match::yes;
    bool const mentioned = std::ranges::find(resource.mentions, named) != resource.mentions.end();
    return mentioned ? Match::unknown : Match::no;
}

bool is_within(fhir::TimeRange const& inner, Period const& outer) {
    return inner.start >= outer.start && inner.end <= outer.end;
}
bool are_apart(fhir::TimeRange const& one, Period const& other) {
    return one.end <= other.start || one.start >= other.end;
}

// Data "authored or last updated" in a timeframe (PCF, volume 1, section 53.2.3.1).
Match matches_time(std::optional<Period> const& period, ResourceFacts const& resource) {
    if (!period) return Match::yes;
    if (resource.time) {
        if (is_within(*resource.time, *period)) return Match::yes;
        return are_apart(*resource.time, *period) ? Match::no : Match::unknown;
    }
    // Who somebody is did not arise in a timeframe: a denial of one year hides no patient, and a
    // permission for one year shows none.
    if (resource.type == "Patient") return Match::no;
    if (!resource.last_updated) return Match::unknown;
    if (is_within(*resource.last_updated, *period)) return Match::yes;
    // What was there before the timeframe began did not arise in it; later updates tell nothing.
    return resource.last_updated->end <= period->start ? Match::no : Match::unknown;
}

Match names(std::string_view reference, ResourceFacts const& resource) {
    if (contains(resource.references, reference)) return Match::yes;
    return resource.names_others ? Match::unknown : Match::no;
}

Match is_related(std::string_view instance, RequestFacts const& request,
                 ResourceFacts const& resource) {
    // PCF: what came out of an encounter or a plan names it.
    if (auto const named = names(instance, resource); named != Match::no) return named;
    // FHIR: also what the instance itself refers to.
    auto const relation = std::ranges::find(request.relations, instance, &Relation::instance);
    if (relation == request.relations.end()) return Match::unknown;
    return contains(relation->names, resource.place()) ? Match::yes : Match::no;
}

Match is_authored_by(std::string_view author, ResourceFacts const& resource) {
    if (contains(resource.authors, author)) return Match::yes;
    // Somebody who took part may have written it; so may whoever stands behind an organization or
    // a role, or behind no name at all.
    bool const others_wrote = !resource.authors.empty() && !resource.authored_by_others &&
                              std::ranges::all_of(resource.authors, [&](std::string const& each) {
                                  return type_of(each) == type_of(author);
                              });
    return others_wrote && names(author, resource) == Match::no ? Match::no : Match::unknown;
}

Match matches_data(DataReference const& data, RequestFacts const& request,
                   ResourceFacts const& resource) {
    if (data.meaning == DataMeaning::authored_by) return is_authored_by(data.reference, resource);
    if (data.reference == resource.place()) return Match::yes;
    switch (data.meaning) {
        case DataMeaning::instance: return Match::no;
        case DataMeaning::dependents: return names(data.reference, resource);
        case DataMeaning::related: return is_related(data.reference, request, resource);
        case DataMeaning::authored_by: break;
    }
    return Match::unknown;
}

}  // namespace

bool Provision::is_about_request() const {
    return period || !recipients.empty() || !custodians.empty() || other_actors ||
           !purposes.empty() || !actions.empty() || other_actions;
}

bool Provision::is_about_data() const {
    return !labels.empty() || !classes.empty() || !codes.empty() || data_period || !data.empty();
}

Match matches(Provision const& provision, RequestFacts const& request) {
    auto const now = request.now.time_since_epoch().count();
    bool const in_time =
        !provision.period || (provision.period->start <= now && now < provision.period->end);
    return all_of({
        in_time ? Match::yes : Match::no,
        any_of(provision.recipients,
               [&](Recipient const& each) { return matches_recipient(each, request); }),
        any_of(provision.custodians,
               [&](std::string const& each) {
                   if (contains(request.custodians, each)) return Match::yes;
                   return request.custodians.empty() ? Match::unknown : Match::no;
               }),
        provision.other_actors ? Match::unknown : Match::yes,
        any_of(provision.purposes,
               [&](Code const& each) { return matches_purpose(each, request); }),
        matches_actions(provision, request),
    });
}

Match matches(Provision const& provision, RequestFacts const& request,
              ResourceFacts const& resource) {
    return matches_beside(provision, Provision{}, request, resource);
}

Match matches_beside(Provision const& rule, Provision const& exception, RequestFacts const& request,
                     ResourceFacts const& resource) {
    auto const is_class = [&](Code const& each) {
        return each.code == resource.type ? Match::yes : Match::no;
    };
    auto const is_code = [&](Code const& each) { return matches_code(each, resource); };
    auto const is_data = [&](DataReference const& each) {
        return matches_data(each, request, resource);
    };
    auto const unless = [](bool stated, Match match) { return stated ? Match::yes : match; };
    return all_of({
        unless(!exception.classes.empty(), any_of(rule.classes, is_class)),
        unless(!exception.codes.empty(), any_of(rule.codes, is_code)),
        unless(!exception.labels.empty(), matches_labels(rule, resource)),
        unless(exception.data_period.has_value(), matches_time(rule.data_period, resource)),
        unless(!exception.data.empty(), any_of(rule.data, is_data)),
    });
}

}  // namespace salus::consent

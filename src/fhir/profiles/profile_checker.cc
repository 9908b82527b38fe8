#include "fhir/profiles/profile_checker.h"

#include <algorithm>

#include "fhir/profiles/json_match.h"
#include "fhir/profiles/profile_path.h"
#include "fhir/profiles/slice_matcher.h"
#include "fhir/value_rules.h"

namespace salus::fhir {
namespace {

// The path stands at the item for as long as this lives.
class AtItem {
public:
    AtItem(ElementPath& path, ProfiledItem const& item) : path_(path), entered_(item.element) {
        if (entered_ == nullptr) return;
        path_.enter(*entered_);
        if (item.index) path_.at_index(*item.index);
    }
    ~AtItem() {
        if (entered_ != nullptr) path_.leave();
    }
    AtItem(AtItem const&) = delete;
    AtItem& operator=(AtItem const&) = delete;

private:
    ElementPath& path_;
    Element const* entered_;
};

void add_list(std::vector<ProfiledItem>& items, Element const& element,
              std::optional<json::Value> value, std::optional<json::Value> extras) {
    auto const count = value && value->is_array()     ? value->size()
                       : extras && extras->is_array() ? extras->size()
                                                      : 0;
    std::vector<std::optional<json::Value>> all_extras(count);
    if (extras && extras->is_array()) {
        std::size_t at = 0;
        for (auto const each : extras->elements()) {
            if (at < count && !each.is_null()) all_extras[at] = each;
            ++at;
        }
    }
    std::size_t index = 0;
    if (value && value->is_array()) {
        for (auto const each : value->elements()) {
            auto const there = each.is_null() ? std::nullopt : std::optional(each);
            items.push_back({&element, element.type, there, all_extras[index], index});
            ++index;
        }
    }
    for (; index < count; ++index)
        items.push_back({&element, element.type, std::nullopt, all_extras[index], index});
}

}  // namespace

std::vector<ProfiledItem> items_of(json::Value parent, Type const& type, std::string_view name) {
    std::vector<ProfiledItem> items;
    if (!parent.is_object()) return items;
    for_each_element(type, name, [&](Element const& element) {
        auto const value = parent.member(element.name.text());
        std::optional<json::Value> extras;
        if (element.type->kind == TypeKind::primitive)
            extras = parent.member("_" + std::string(element.name.text()));
        if (!value && !extras) return;
        if (element.many) return add_list(items, element, value, extras);
        items.push_back({&element, element.type, value, extras, std::nullopt});
    });
    for (auto& item : items) {
        // Of contained resources and entries the type is what they say.
        if (item.type->kind != TypeKind::any_resource || !item.value) continue;
        auto const said = item.value->text_member("resourceType");
        if (auto const* known = said ? find_resource_type(*said) : nullptr) item.type = known;
    }
    return items;
}

void ProfileChecker::check(json::Value value, Type const& type, Profile const& profile) {
    if (profile.type != &type) {
        if (type.kind == TypeKind::resource)
            report_.error("structure", "the profile is one of another type");
        return;
    }
    rules({nullptr, &type, value, std::nullopt, std::nullopt}, profile.root);
}

void ProfileChecker::rules(ProfiledItem const& item, ProfileNode const& node) {
    if (report_.full()) return;
    values(item, node);
    constraints(item, node);
    conformance(item, node);
    auto const& holder = item.type->kind == TypeKind::primitive ? item.extras : item.value;
    if (node.children.empty()) return;
    auto const* type = item.type->kind == TypeKind::primitive ? find_type("Element") : item.type;
    for (auto const& child : node.children) {
        // The value of a primitive is no element in JSON.
        if (item.type->kind == TypeKind::primitive && child.name == "value") continue;
        if (holder && holder->is_object())
            element(*holder, *type, child);
        else
            cardinality(0, child);
    }
}

void ProfileChecker::values(ProfiledItem const& item, ProfileNode const& node) {
    bool const choice = item.element != nullptr && item.element->choice != 0;
    if (choice && !node.types.empty() &&
        std::ranges::find(node.types, item.type) == node.types.end())
        report_.error("structure", "the profile does not allow this type", node.label);
    if (!item.value) return;
    if (node.fixed && !equals_fixed(*item.value, *node.fixed))
        report_.error("value", "not the value that the profile fixes", node.label);
    if (node.pattern && !matches_pattern(*item.value, *node.pattern))
        report_.error("value", "not of the pattern that the profile demands", node.label);
    if (node.value_set && is_in_value_set(item, *node.value_set) == false)
        report_.error("code-invalid", "not a code of the profile's value set", node.label);
    if (!node.targets.empty() && item.type->name.text() == "Reference") target(*item.value, node);
}

void ProfileChecker::constraints(ProfiledItem const& item, ProfileNode const& node) {
    if (!item.value) return;
    for (auto const& constraint : node.constraints) {
        if (!constraint.compiled) {
            report_.information("not-supported", "a constraint cannot be evaluated here",
                                constraint.text);
            continue;
        }
        if (invariants_.judge(*constraint.compiled, *item.value, *item.type) == Verdict::violated)
            report_.report(constraint.severity, "invariant", "a constraint is not satisfied",
                           constraint.text);
    }
}

// One of the profiles that the type of the element names must fit.
void ProfileChecker::conformance(ProfiledItem const& item, ProfileNode const& node) {
    if (node.profiles.empty() || !item.value) return;
    std::vector<Profile const*> known;
    for (auto const& url : node.profiles) {
        auto const* profile = profiles_.find(url);
        if (profile == nullptr) return;  // it may be the one that fits
        if (profile->type == item.type) known.push_back(profile);
    }
    if (known.size() == 1) return rules(item, known.front()->root);
    bool const fits = known.empty() || std::ranges::any_of(known, [&](Profile const* profile) {
                          return conforms(item, profile->root);
                      });
    if (!fits) report_.error("structure", "none of the profile's types fits", node.label);
}

void ProfileChecker::target(json::Value reference, ProfileNode const& node) {
    auto const* type = stated_type(reference, local_);
    if (type == nullptr) return;
    for (auto const& url : node.targets) {
        auto const* profile = profiles_.find(url);
        auto const slash = url.rfind('/');
        auto const name = std::string(without_version(url.substr(slash + 1)));
        auto const* wanted = profile != nullptr ? profile->type : find_resource_type(name);
        // A profile that is not loaded may be of any type.
        if (wanted == nullptr || wanted == type) return;
    }
    report_.error("structure", "the profile does not allow a reference to this type", node.label);
}

void ProfileChecker::element(json::Value parent, Type const& type, ProfileNode const& node) {
    auto const items = items_of(parent, type, node.name);
    cardinality(items.size(), node);
    for (auto const& item : items) {
        AtItem const at(path_, item);
        rules(item, node);
    }
    if (!node.slices.empty()) slices(items, node);
}

void ProfileChecker::cardinality(std::size_t count, ProfileNode const& node) {
    if (count < node.min)
        report_.error("required", "the profile requires more of an element", node.label);
    if (node.max && count > *node.max)
        report_.error("structure", "the profile allows less of an element", node.label);
}

void ProfileChecker::slices(std::vector<ProfiledItem> const& items, ProfileNode const& node) {
    SliceMatcher const matcher(*this, node);
    std::vector<std::size_t> counts(node.slices.size());
    std::size_t last = 0;
    bool unmatched = false;
    bool sure = true;
    for (auto const& item : items) {
        AtItem const at(path_, item);
        auto const match = matcher.match(item);
        if (match.unknown) sure = false;
        if (!match.slice) {
            if (!match.unknown && node.rules == SlicingRules::closed)
                report_.error("structure", "the profile allows the named slices only", node.label);
            unmatched = true;
            continue;
        }
        auto const slice = *match.slice;
        ++counts[slice];
        if (node.ordered && slice < last)
            report_.error("structure", "the profile's slices are in another order", node.label);
        if (node.rules == SlicingRules::open_at_end && unmatched)
            report_.error("structure", "what is in no slice comes last", node.label);
        last = std::max(last, slice);
        rules(item, node.slices[slice]);
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
        // What could not be told apart might have been in the slice.
        if (sure || counts[i] >= node.slices[i].min) cardinality(counts[i], node.slices[i]);
    }
}

bool ProfileChecker::conforms(ProfiledItem const& item, ProfileNode const& node) const {
    IssueList scratch;
    Reporter report(scratch, path_);
    ProfileChecker trial(profiles_, local_, invariants_, path_, report);
    trial.rules(item, node);
    return !scratch.has_errors();
}

std::optional<bool> ProfileChecker::is_in_value_set(ProfiledItem const& item,
                                                    std::string_view url) const {
    auto const name = without_version(url);
    if (auto const* loaded = profiles_.value_set(name))
        return is_bound(*item.value, *item.type, *loaded);
    auto const* table = find_value_set(name);
    if (table == nullptr || !table->complete) return std::nullopt;
    return is_bound(*item.value, *item.type, *table);
}

}  // namespace salus::fhir

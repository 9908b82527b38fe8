#include "fhir/profiles/slice_matcher.h"

#include <algorithm>

#include "fhir/profiles/json_match.h"
#include "fhir/value_rules.h"

namespace salus::fhir {

SliceMatcher::Match SliceMatcher::match(ProfiledItem const& item) const {
    Match result;
    for (std::size_t i = 0; i < node_.slices.size(); ++i) {
        auto const answer = is_in(item, node_.slices[i]);
        if (answer == true) return {i, false};
        if (!answer) result.unknown = true;
    }
    return result;
}

SliceMatcher::Answer SliceMatcher::is_in(ProfiledItem const& item, ProfileNode const& slice) const {
    if (node_.discriminators.empty()) return std::nullopt;
    bool unknown = false;
    for (auto const& [type, path] : node_.discriminators) {
        Answer answer;
        switch (type) {
            case DiscriminatorType::value: answer = has_value(item, slice, path); break;
            case DiscriminatorType::exists: answer = exists(item, slice, path); break;
            case DiscriminatorType::type: answer = has_type(item, slice, path); break;
            case DiscriminatorType::profile:
                if (path.empty()) answer = by_profiles(item, slice, {});
                break;
        }
        if (answer == false) return false;
        unknown = unknown || !answer;
    }
    return unknown ? std::nullopt : Answer(true);
}

// What the rule itself says of the value; nothing if it says nothing.
SliceMatcher::Answer SliceMatcher::own_value(ProfiledItem const& item,
                                             ProfileNode const& rule) const {
    if (!item.value) return rule.fixed || rule.pattern ? Answer(false) : std::nullopt;
    if (rule.fixed) return equals_fixed(*item.value, *rule.fixed);
    if (rule.pattern) return matches_pattern(*item.value, *rule.pattern);
    if (rule.value_set) return checker_.is_in_value_set(item, *rule.value_set);
    return std::nullopt;
}

SliceMatcher::Answer SliceMatcher::has_value(ProfiledItem const& item, ProfileNode const& rule,
                                             Steps steps) const {
    if (auto const own = own_value(item, rule)) return own;
    if (steps.empty()) {
        if (rule.children.empty()) return by_profiles(item, rule, steps);
        return checker_.conforms(item, rule);
    }
    auto const* child = rule.child(steps.front());
    if (child == nullptr) return by_profiles(item, rule, steps);
    if (!item.value) return false;
    bool unknown = false;
    for (auto const& each : items_of(*item.value, *item.type, steps.front())) {
        auto answer = has_value(each, *child, steps.subspan(1));
        for (auto const& slice : child->slices) {
            if (!answer) answer = has_value(each, slice, steps.subspan(1));
        }
        if (answer == true) return true;
        unknown = unknown || !answer;
    }
    return unknown ? std::nullopt : Answer(false);
}

// An extension's url is what its profile is called; others are told by conforming.
SliceMatcher::Answer SliceMatcher::by_profiles(ProfiledItem const& item, ProfileNode const& rule,
                                               Steps steps) const {
    if (rule.profiles.empty() || !item.value) return std::nullopt;
    if (item.type->name.text() == "Extension" && steps.size() == 1 && steps.front() == "url") {
        auto const url = item.value->text_member("url").value_or("");
        return std::ranges::any_of(
            rule.profiles, [&](std::string const& each) { return without_version(each) == url; });
    }
    bool unknown = false;
    for (auto const& url : rule.profiles) {
        auto const* profile = checker_.profiles_.find(url);
        if (profile == nullptr)
            unknown = true;
        else if (steps.empty() && checker_.conforms(item, profile->root))
            return true;
        else if (!steps.empty() && has_value(item, profile->root, steps) == true)
            return true;
    }
    return unknown ? std::nullopt : Answer(false);
}

SliceMatcher::Answer SliceMatcher::exists(ProfiledItem const& item, ProfileNode const& rule,
                                          Steps steps) const {
    if (steps.empty() || !item.value) return std::nullopt;
    auto const* child = rule.child(steps.front());
    auto const found = items_of(*item.value, *item.type, steps.front());
    if (steps.size() > 1) {
        if (child == nullptr) return std::nullopt;
        return !found.empty() ? exists(found.front(), *child, steps.subspan(1)) : Answer(false);
    }
    if (child == nullptr) return std::nullopt;
    bool const wanted = !(child->max && *child->max == 0);
    return wanted == !found.empty();
}

SliceMatcher::Answer SliceMatcher::has_type(ProfiledItem const& item, ProfileNode const& rule,
                                            Steps steps) const {
    if (steps.empty()) {
        if (rule.types.empty()) return std::nullopt;
        return std::ranges::find(rule.types, item.type) != rule.types.end();
    }
    if (steps.front().starts_with("resolve")) {
        auto const* type = item.value ? stated_type(*item.value, checker_.local_) : nullptr;
        if (type == nullptr || rule.targets.empty()) return std::nullopt;
        return std::ranges::any_of(rule.targets, [&](std::string const& url) {
            auto const* profile = checker_.profiles_.find(url);
            auto const name = without_version(url.substr(url.rfind('/') + 1));
            return profile != nullptr ? profile->type == type : type->name.text() == name;
        });
    }
    auto const* child = rule.child(steps.front());
    if (child == nullptr || !item.value) return std::nullopt;
    auto const found = items_of(*item.value, *item.type, steps.front());
    if (found.empty()) return false;
    return has_type(found.front(), *child, steps.subspan(1));
}

}  // namespace salus::fhir

// The Validator's part in profiles: which apply to what it meets.
#include <algorithm>

#include "fhir/profiles/extension_context.h"
#include "fhir/profiles/profile_checker.h"
#include "fhir/validator.h"

namespace salus::fhir {

// The profiles that a resource says it fits (https://hl7.org/fhir/R4/resource.html#Meta.profile).
void Validator::profiles(json::Value resource, Type const& type) {
    auto const meta = resource.member("meta");
    auto const named = meta ? meta->member("profile") : std::nullopt;
    if (!named || !named->is_array()) return;
    for (auto const each : named->elements()) {
        if (each.is_string()) profile(resource, type, each.text());
    }
}

void Validator::profile(json::Value resource, Type const& type, std::string_view url) {
    auto const* known = options_.profiles != nullptr ? options_.profiles->find(url) : nullptr;
    if (known == nullptr)
        return report_.warning("not-found", "the profile is not loaded: it was not checked");
    ProfileChecker(*options_.profiles, local_, invariants_, path_, report_)
        .check(resource, type, *known);
}

void Validator::validate_profile(json::Value resource, std::string_view url) {
    auto const outer = local_.begin(resource);
    auto const outside = invariants_.begin_root(resource, path_.root());
    profile(resource, path_.root(), url);
    invariants_.end(outside);
    local_.end(outer);
}

void Validator::extension(json::Value value) {
    auto const url = value.text_member("url");
    if (!url) return;
    auto const* loaded = options_.profiles != nullptr ? options_.profiles->find(*url) : nullptr;
    auto const* core = loaded == nullptr ? find_core_extension(*url) : nullptr;
    bool placed = true;
    if (loaded != nullptr && !loaded->contexts.empty()) {
        placed = any_context_name(path_, [&](std::string_view name) {
            return std::ranges::find(loaded->contexts, name) != loaded->contexts.end();
        });
    } else if (core != nullptr) {
        placed = any_context_name(path_, [&](std::string_view name) {
            auto const is = [&](Literal each) { return each.text() == name; };
            return std::ranges::any_of(core->contexts, is);
        });
    }
    if (!placed) report_.error("structure", "this extension may not be used here");
    if (loaded != nullptr) {
        ProfileChecker checker(*options_.profiles, local_, invariants_, path_, report_);
        return checker.check(value, *find_type("Extension"), *loaded);
    }
    if (core == nullptr || core->values.empty()) return;
    for (auto const& member : value.members()) {
        auto const* element = find_element(*find_type("Extension"), member.name());
        bool const wrong = element != nullptr && element->choice != 0 &&
                           std::ranges::find(core->values, element->type) == core->values.end();
        if (wrong) report_.error("structure", "this extension has no value of this type");
    }
}

}  // namespace salus::fhir

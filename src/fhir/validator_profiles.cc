// The Validator's part in profiles: which apply to what it meets.
#include <algorithm>

#include "fhir/profiles/extension_context.h"
#include "fhir/profiles/profile_checker.h"
#include "fhir/reference.h"
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
    // The definition of another type.
    constexpr std::string_view kBase = "http://hl7.org/fhir/StructureDefinition/";
    auto const name =
        url.starts_with(kBase) ? without_version(url.substr(kBase.size())) : std::string_view();
    if (auto const* other = find_resource_type(name); other != nullptr) {
        if (other != &type) report_.error("invalid", "a profile of another type");
        return;
    }
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
    // "The url SHALL be absolute", but for the parts of an extension
    // (https://hl7.org/fhir/R4/extensibility.html#Extension).
    auto const depth = path_.depth();
    bool const part = depth > 1 && path_.element(depth - 2).type->name.text() == "Extension";
    if (!part && !is_absolute_uri(*url))
        report_.error("invalid", "the URL of an extension is absolute");
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
    bool has_value = false;
    for (auto const& member : value.members()) {
        auto const name = member.name();
        bool const beside = name.starts_with('_');
        auto const* element =
            find_element(*find_type("Extension"), std::string_view(name).substr(beside ? 1 : 0));
        if (element == nullptr || element->choice == 0) continue;
        has_value = true;
        if (std::ranges::find(core->values, element->type) == core->values.end())
            report_.error("structure", "this extension has no value of this type");
    }
    if (!has_value) report_.error("structure", "this extension has a value");
}

}  // namespace salus::fhir

#include "fhir/profiles/profile.h"

#include <algorithm>

namespace salus::fhir {

std::string_view without_version(std::string_view canonical) noexcept {
    return canonical.substr(0, canonical.find('|'));
}

bool LoadedValueSet::has_code(std::string_view code) const {
    return std::ranges::any_of(
        codes, [&](auto const& each) { return std::ranges::binary_search(each.second, code); });
}

bool LoadedValueSet::has_coding(std::string_view system, std::string_view code) const {
    auto const found = codes.find(std::string(system));
    return found != codes.end() && std::ranges::binary_search(found->second, code);
}

ProfileNode const* ProfileNode::child(std::string_view child_name) const {
    auto const found = std::ranges::find(children, child_name, &ProfileNode::name);
    return found != children.end() ? &*found : nullptr;
}

Profile const* ProfileSet::find(std::string_view url) const {
    auto const found = profiles_.find(std::string(without_version(url)));
    return found != profiles_.end() ? &found->second : nullptr;
}

LoadedValueSet const* ProfileSet::value_set(std::string_view url) const {
    auto const found = value_sets_.find(std::string(without_version(url)));
    return found != value_sets_.end() && found->second.complete ? &found->second : nullptr;
}

}  // namespace salus::fhir

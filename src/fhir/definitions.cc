#include "fhir/definitions.h"

#include <algorithm>

namespace salus::fhir {
namespace {

template <class Named>
Named const* find_sorted(std::span<Named const> all, std::string_view name) noexcept {
    auto const found =
        std::ranges::lower_bound(all, name, {}, [](Named const& each) { return each.name.text(); });
    return found != all.end() && found->name.text() == name ? &*found : nullptr;
}

}  // namespace

Type const* find_resource_type(std::string_view name) noexcept {
    return find_sorted(resource_types(), name);
}

Type const* find_type(std::string_view name) noexcept {
    auto const* resource = find_resource_type(name);
    return resource != nullptr ? resource : find_sorted(other_types(), name);
}

Element const* find_element(Type const& type, std::string_view name) noexcept {
    for (auto const& element : type.elements) {
        if (element.name.text() == name) return &element;
    }
    return nullptr;
}

SearchParameter const* find_search_parameter(Type const& type, std::string_view name) noexcept {
    return find_sorted(type.search_parameters, name);
}

}  // namespace salus::fhir

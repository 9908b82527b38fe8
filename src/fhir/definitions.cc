#include "fhir/definitions.h"

#include <algorithm>
#include <functional>

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

CoreExtension const* find_core_extension(std::string_view url) noexcept {
    auto const all = core_extensions();
    auto const found = std::ranges::lower_bound(
        all, url, {}, [](CoreExtension const& each) { return each.url.text(); });
    return found != all.end() && found->url.text() == url ? &*found : nullptr;
}

Type const* owner_of(Element const& element) noexcept {
    auto const owns = [&](Type const& type) {
        auto const* first = type.elements.data();
        return !std::less<>{}(&element, first) &&
               std::less<>{}(&element, first + type.elements.size());
    };
    for (auto const all : {resource_types(), other_types()}) {
        auto const found = std::ranges::find_if(all, owns);
        if (found != all.end()) return &*found;
    }
    return nullptr;
}

std::string_view base_name(Element const& element) noexcept {
    auto const name = element.name.text();
    if (element.choice == 0) return name;
    return name.substr(0, name.size() - element.type->name.text().size());
}

ValueSet const* find_value_set(std::string_view url) noexcept {
    auto const all = all_value_sets();
    auto const found =
        std::ranges::find_if(all, [&](ValueSet const& each) { return each.url.text() == url; });
    return found != all.end() ? &*found : nullptr;
}

SearchParameter const* find_search_parameter(Type const& type, std::string_view name) noexcept {
    return find_sorted(type.search_parameters, name);
}

}  // namespace salus::fhir

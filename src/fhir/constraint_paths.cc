#include "fhir/constraint_paths.h"

#include <algorithm>

namespace salus::fhir {
namespace {

constexpr std::string_view kOpenChoice = "[x]";

// Takes the name in front of the next dot.
std::string_view take_segment(std::string_view& path) {
    auto const segment = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
    return segment;
}

bool has_choice(Type const& type, std::string_view name) {
    return std::ranges::any_of(type.elements, [&](Element const& element) {
        return element.choice != 0 && base_name(element) == name;
    });
}

// The type of the element of that name; nullptr: there is none. Of a primitive: its id, its
// extensions, and what its value is in a snapshot.
Type const* type_below(Type const& type, std::string_view name) {
    auto const* owner = &type;
    if (type.kind == TypeKind::primitive) {
        if (name == "value") return &type;
        owner = find_type("Element");
    }
    auto const* element = find_element(*owner, name);
    return element != nullptr ? element->type : nullptr;
}

// A constraint of one of these kinds, on a type that the tables have.
Type const* constrained_type(json::Value definition) {
    auto const derivation = definition.member("derivation");
    auto const kind = definition.member("kind");
    if (!derivation || !derivation->is_text("constraint")) return nullptr;
    if (!kind || (!kind->is_text("resource") && !kind->is_text("complex-type"))) return nullptr;
    return find_type(definition.text_member("type").value_or(""));
}

bool is_path_of(Type const& type, std::string_view path) {
    // Elsewhere it begins with another type, of which sdf-8 tells.
    return take_segment(path) != type.name.text() || leads_to_element(type, path);
}

}  // namespace

bool leads_to_element(Type const& type, std::string_view path) {
    auto const* at = &type;
    while (!path.empty()) {
        auto const segment = take_segment(path);
        if (at->kind == TypeKind::any_resource) return true;
        if (segment.ends_with(kOpenChoice))
            return has_choice(*at, segment.substr(0, segment.size() - kOpenChoice.size()));
        at = type_below(*at, segment);
        if (at == nullptr) return false;
    }
    return true;
}

void check_constraint_paths(json::Value definition, ElementPath& path, Reporter& report) {
    auto const* type = constrained_type(definition);
    auto const differential = definition.member("differential");
    auto const elements = differential ? differential->member("element") : std::nullopt;
    if (type == nullptr || !elements || !elements->is_array()) return;
    PathStep const step(path, *find_element(*find_type("StructureDefinition"), "differential"));
    PathStep const inner(path,
                         *find_element(*find_type("StructureDefinition.differential"), "element"));
    std::size_t index = 0;
    for (auto const each : elements->elements()) {
        if (report.full()) return;
        path.at_index(index++);
        auto const stated = each.text_member("path");
        if (stated && !is_path_of(*type, *stated))
            report.error("invalid", "a path that leads to no element of the type");
    }
}

}  // namespace salus::fhir

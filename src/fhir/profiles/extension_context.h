// Where an extension may stand (https://hl7.org/fhir/R4/defining-extensions.html#context). Private
// to the room. Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "fhir/element_path.h"

namespace salus::fhir {

// The names that a context may call the element by that carries the extension at the end of
// `path`: its path from each resource and type on the way (Patient.name, HumanName), its type, and
// the abstract types. Calls use(std::string_view) until it answers true; returns whether it did.
[[nodiscard]] bool any_context_name(ElementPath const& path, auto use) {
    auto const carrier = path.depth() - 1;  // steps before the extension
    // Each type has an element `extension` of its own; primitives share that of Element.
    auto const* type = owner_of(path.element(carrier));
    if (type == nullptr || type->name.text() == "Element")
        type = carrier == 0 ? &path.root() : path.element(carrier - 1).type;
    if (use(type->name.text()) || use("Element") || use("*")) return true;
    bool const resource = type->kind == TypeKind::resource || type->kind == TypeKind::any_resource;
    if (resource && (use("Resource") || use("DomainResource"))) return true;
    if (type->kind == TypeKind::backbone && use("BackboneElement")) return true;
    std::string name;
    for (auto step = carrier; step-- > 0;) {
        auto const& element = path.element(step);
        auto own = std::string(base_name(element)) + (element.choice != 0 ? "[x]" : "");
        if (!name.empty()) own.append(".").append(name);
        name = std::move(own);
        auto const* owner = owner_of(element);
        if (owner != nullptr && use(std::string(owner->name.text()) + "." + name)) return true;
    }
    return false;
}

}  // namespace salus::fhir

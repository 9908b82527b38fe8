// Paths of a StructureDefinition's elements (https://hl7.org/fhir/R4/elementdefinition.html#path):
// a constraint describes elements of its type and defines none of its own
// (https://hl7.org/fhir/R4/profiling.html). Private to the room. Thread safety: pure functions.
#pragma once

#include <string_view>

#include "fhir/element_path.h"
#include "json/document.h"

namespace salus::fhir {

// Whether the path begins at `type` and names an element below it, as far as the definitions tell:
// what is behind a choice whose type is open, or behind any resource, may be anything.
[[nodiscard]] bool leads_to_element(Type const& type, std::string_view path);
// The differential of a StructureDefinition that constrains a type of R4. `path` stands at the
// resource.
void check_constraint_paths(json::Value definition, ElementPath& path, Reporter& report);

}  // namespace salus::fhir

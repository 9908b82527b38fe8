// What can be said against an expression before it meets a resource. Private to the engine.
#pragma once

#include "fhir/fhirpath/program.h"
#include "foundation/result.h"

namespace salus::fhir::fhirpath {

[[nodiscard]] Result<void> check_types(Program const& program, Type const& context);

// What an expression may give when it is applied to this type, as far as that can be said.
struct ResultTypes {
    bool known = false;  // false: anything
    std::vector<Type const*> elements;
    std::vector<ItemKind> values;
};
[[nodiscard]] ResultTypes result_types(Program const& program, Type const& context);

}  // namespace salus::fhir::fhirpath

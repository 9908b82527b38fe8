// What can be said against an expression before it meets a resource. Private to the engine.
#pragma once

#include "fhir/fhirpath/program.h"
#include "foundation/result.h"

namespace salus::fhir::fhirpath {

[[nodiscard]] Result<void> check_types(Program const& program, Type const& context);

}  // namespace salus::fhir::fhirpath

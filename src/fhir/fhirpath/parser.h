// Text to Program. Private to the engine.
#pragma once

#include <string_view>

#include "fhir/fhirpath/program.h"
#include "foundation/result.h"

namespace salus::fhir::fhirpath {

[[nodiscard]] Result<Program> parse(std::string_view text);

}  // namespace salus::fhir::fhirpath

// Packages made into the definitions that are in force. Thread safety: pure functions.
#pragma once

#include <memory>
#include <span>

#include "fhir/packages/package.h"
#include "fhir/profiles/loaded_definitions.h"

namespace salus::fhir {

// The specification's own profiles and what the packages define; empty: no packages. Errors of
// DefinitionReader and ParameterReader.
[[nodiscard]] Result<DefinitionSet> definitions_of(std::span<Package const> packages,
                                                   DefinitionDigest digest);

}  // namespace salus::fhir

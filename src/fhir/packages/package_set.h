// Packages made into the definitions that are in force. Thread safety: pure functions.
#pragma once

#include <memory>
#include <span>

#include "fhir/packages/package.h"
#include "fhir/profiles/profile.h"

namespace salus::fhir {

// The specification's own profiles and what the packages define; nullptr: no packages. Errors of
// DefinitionReader.
[[nodiscard]] Result<std::shared_ptr<ProfileSet const>> definitions_of(
    std::span<Package const> packages);

}  // namespace salus::fhir

// The index entries of all patients, for searches that span them (MIN-3).
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Of all live resources of the type, in no particular order, with the values of `loaded` (of
// packages; nullptr: none). Walks all that was ever committed,
// some 20 us each. Errc::too_large beyond limits::kPopulationVersions versions of all types, or
// limits::kSharedSearched resources of this one.
[[nodiscard]] Result<std::vector<records::OpenedIndexEntry>> population_entries(
    Context const& context, fhir::Type const& type, fhir::LoadedParameters const* loaded);

}  // namespace salus::operations

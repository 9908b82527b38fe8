// https://hl7.org/fhir/R4/search.html#include: resources that come along with a page of matches.
#pragma once

#include "operations/find_matches.h"

namespace salus::operations {

// A resource to include, where its entry stands. `index` owns what `match` looks into.
struct Inclusion {
    fhir::SearchMatch match;
    records::CompartmentIndexPointer index;
};

// What the query's includes bring for these matches: each resource once, none that is on the page.
// Only types that the permit lists; only what stands in the compartment of what leads there, or is
// of a type that no patient's compartment holds. Other patients' resources never come along.
// Errc::too_large beyond limits::kIncludedEntries.
[[nodiscard]] Result<std::vector<Inclusion>> find_included(Context const& context,
                                                           request::Permit const& permit,
                                                           FoundMatches const& found,
                                                           std::span<fhir::SearchMatch const> page);

}  // namespace salus::operations

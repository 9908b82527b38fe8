// The matches of a search (https://hl7.org/fhir/R4/search.html): where to look, and what is found
// there. Looks inside one patient's compartment; or at what a value names exactly (_id, an
// identifier, a name with a birth date, the identifier of the patient that is referred to); or, for
// directory types, through the tenant's shared compartment. Anything broader is refused, but for
// permits that reach the population (MIN-3).
#pragma once

#include "operations/context.h"

namespace salus::operations {

// In no particular order. Owns what the matches look into.
struct FoundMatches {
    std::vector<records::CompartmentIndexPointer> indexes;
    std::vector<fhir::SearchMatch> matches;

    // Where a match stands, and the index that its table is of. REQUIRES: one of these matches.
    [[nodiscard]] CompartmentId const& compartment(fhir::SearchMatch const& match) const;
    [[nodiscard]] records::CompartmentIndexPointer const& index(
        fhir::SearchMatch const& match) const;
};

// `compartment`: of the patient that the search names; nothing: none is named. A query over all
// types needs one.
// Errc::forbidden: too broad. Errc::too_large: of all patients there is too much to look through.
[[nodiscard]] Result<FoundMatches> find_matches(Context const& context,
                                                fhir::SearchQuery const& query,
                                                std::optional<CompartmentId> const& compartment,
                                                request::Reach reach);

// Of a search's intent. A resource of a type that no compartment holds may name a patient all the
// same (Device.patient): those are looked for in the shared compartment.
[[nodiscard]] Result<FoundMatches> find_matches(Context const& context,
                                                request::IntentFacts const& intent,
                                                request::Reach reach);

// The index of one resource that no patient's compartment holds; nullptr: there is none of this id.
// `interaction`: what it is looked up for. `loaded`: parameters of packages that it can be asked
// by; nullptr: none.
[[nodiscard]] Result<records::CompartmentIndexPointer> find_shared(
    Context const& context, request::Interaction interaction, fhir::Type const& type,
    std::span<std::string_view const> ids, fhir::LoadedParametersPointer const& loaded);

}  // namespace salus::operations

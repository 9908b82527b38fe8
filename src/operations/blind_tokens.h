// Which values can be looked up across patients, and with what token: identifiers exactly; a
// patient by the beginning of a name together with the birth date. Nothing else: a broad search is
// refused (MIN-3), and no token is made of a value that has few different ones (ENC-1).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "fhir/search.h"
#include "foundation/result.h"
#include "records/addressing.h"

namespace salus::operations {

// All tokens of a resource, from its index entry. `base`: of this server's FHIR addresses
// (request::Tenant::fhir_base).
[[nodiscard]] Result<std::vector<BlindToken>> tokens_of(records::Addressing const& addressing,
                                                        std::string_view base,
                                                        BytesView index_entry);
// Those of the identifiers that clauses on this type ask for; nothing if they ask for none, or the
// type has no such tokens.
[[nodiscard]] std::optional<std::vector<BlindToken>> identifier_tokens(
    records::Addressing const& addressing, fhir::Type const& type,
    std::span<fhir::SearchClause const> clauses);
// The tokens one of which every match of this query has; nothing if the query names no value that
// has one, and is therefore too broad.
[[nodiscard]] std::optional<std::vector<BlindToken>> tokens_for(
    records::Addressing const& addressing, fhir::SearchQuery const& query);

// Of the consents of a patient.
[[nodiscard]] std::vector<BlindToken> consent_tokens(records::Addressing const& addressing,
                                                     CompartmentId const& compartment);
// Of what tells of a patient's care together with that of others (care_subjects.h), and may stand
// with one of them.
[[nodiscard]] std::vector<BlindToken> care_tokens(records::Addressing const& addressing,
                                                  CompartmentId const& compartment);

}  // namespace salus::operations

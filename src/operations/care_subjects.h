// Of whose care a record tells: the patients whose it is. Who else is named in it, as a mother in
// the team of her child, is not in care by that. A record stands with one patient only
// (fhir/compartment.h); what tells of the care of several is found from each of them by a blind
// token (blind_tokens.h). Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/index_entry.h"

namespace salus::operations {

// More patients of one such record are refused: each is decided by itself when it is written.
inline constexpr std::size_t kInCareTogether = 100;

// What tells of care: where a practitioner stands in it, and the states in which it tells of none.
struct CareEvidence {
    std::string_view type;
    char const* participant;  // a search parameter
    char const* none;         // codes of `status`
};
inline constexpr auto kCareEvidence = std::to_array<CareEvidence>({
    {"Encounter", "participant", "cancelled,entered-in-error"},
    {"CareTeam", "participant", "proposed,inactive,entered-in-error"},
    {"Appointment", "actor", "cancelled,noshow,entered-in-error"},
});
[[nodiscard]] bool tells_of_care(std::string_view type) noexcept;

// The patients of whose care one record tells together, by their logical ids, each once: those that
// the first of its parameters names which names a patient (fhir::Type::patient_compartment).
// Empty: there are not several, or it does not tell of care.
[[nodiscard]] std::vector<std::string> in_care_together(fhir::EntryView const& entry);

}  // namespace salus::operations

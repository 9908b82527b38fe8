// The patients in whose compartments a resource lies
// (https://hl7.org/fhir/R4/compartmentdefinition-patient.html): named by the reference parameters
// that the definition lists for its type, relative references only (Patient/id, with a version or
// without). The patient is the unit of key, consent and erasure, so this decides where a resource
// is sealed: with the patient whose it is, and not with others whom it names (decision 0056). Of a
// Coverage that is the beneficiary, not the subscriber. Rewrite a transaction's urn:uuid references
// (fhir/server_fields.h) before asking. Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fhir/resource.h"
#include "foundation/result.h"

namespace salus::fhir {

// Logical ids, each once: those of whom the resource is first (Type::patient_compartment), then the
// others in the definition's order; a Patient's own id comes first, then those it is linked to.
// Errc::too_large beyond limits::kPatientsOfResource.
[[nodiscard]] Result<std::vector<std::string>> patients_of(ResourceView const& resource);

// The first of patients_of(); nothing for a resource in no patient's compartment.
// Errc::invalid for a Patient without id.
[[nodiscard]] Result<std::optional<std::string>> patient_of(ResourceView const& resource);

// Whether resources of this type are about records: one that names no patient belongs to whom the
// records belong that it names in the place of a patient (Provenance.target).
[[nodiscard]] bool is_about_records(Type const& type) noexcept;
// The references by which such a resource names these records, each once, as they are written:
// literal in any form (a contained resource, too), an entry's fullUrl or conditional, and none to a
// shared type. Empty: it
// names a patient itself, or its type is not about records. Errc::too_large beyond
// limits::kRecordsAbout.
[[nodiscard]] Result<std::vector<std::string>> records_about(ResourceView const& resource);

// Whether no resource of this type belongs to a patient, so that all stand in the tenant's shared
// compartment.
[[nodiscard]] bool is_shared_type(Type const& type) noexcept;
// Shared types that describe who and what provides care, and nobody's health: practitioners,
// organizations, places, products, definitions. They may be searched by any of their parameters.
[[nodiscard]] bool is_directory_type(Type const& type) noexcept;

}  // namespace salus::fhir

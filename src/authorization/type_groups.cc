#include "authorization/type_groups.h"

#include <algorithm>
#include <array>

#include "fhir/compartment.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

// Sorted.
constexpr auto kAdministrative = std::to_array<std::string_view>(
    {"Appointment", "AppointmentResponse", "Encounter", "EpisodeOfCare", "Group", "Patient",
     "Person", "RelatedPerson", "Schedule", "Slot"});
constexpr auto kFinancial = std::to_array<std::string_view>(
    {"Account", "ChargeItem", "ChargeItemDefinition", "Claim", "ClaimResponse", "Contract",
     "Coverage", "CoverageEligibilityRequest", "CoverageEligibilityResponse", "EnrollmentRequest",
     "EnrollmentResponse", "ExplanationOfBenefit", "InsurancePlan", "Invoice", "PaymentNotice",
     "PaymentReconciliation"});
constexpr auto kAudit = std::to_array<std::string_view>({"AuditEvent", "Provenance"});

}  // namespace

std::string_view group_of(std::string_view type) noexcept {
    auto const* definition = fhir::find_resource_type(type);
    if (definition == nullptr) return "";
    if (type == "Consent") return "consent";
    if (std::ranges::binary_search(kAudit, type)) return "audit";
    if (std::ranges::binary_search(kFinancial, type)) return "financial";
    if (std::ranges::binary_search(kAdministrative, type)) return "administrative";
    if (fhir::is_directory_type(*definition)) return "directory";
    return definition->patient_compartment.empty() ? "other" : "clinical";
}

}  // namespace salus::authorization

#include "fhir/compartment.h"

#include <algorithm>
#include <array>

#include "fhir/contents.h"
#include "fhir/path.h"
#include "fhir/reference.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

void add_patient(std::vector<std::string>& patients, json::Value reference) {
    auto const text = reference.text_member("reference");
    if (!text) return;
    auto const local = parse_local_reference(*text);
    if (!local || local->type->name.text() != "Patient") return;
    if (std::ranges::find(patients, local->id) == patients.end()) patients.emplace_back(local->id);
}

// A reference to what may stand in a patient's compartment, or may turn out to: a urn names an
// entry of a transaction.
void add_record(std::vector<std::string>& records, json::Value reference) {
    auto text = reference.text_member("reference");
    if (!text || text->empty()) return;
    auto const* type = type_of_reference(*text);
    if (type != nullptr && is_shared_type(*type)) return;
    if (std::ranges::find(records, *text) == records.end()) records.push_back(*std::move(text));
}

// Deliberately a list: types that may name somebody (Task, Bundle, Binary, Parameters, Contract)
// are not in it.
constexpr auto kDirectory = std::to_array<std::string_view>({
    "ActivityDefinition",
    "CodeSystem",
    "ConceptMap",
    "Endpoint",
    "HealthcareService",
    "InsurancePlan",
    "Library",
    "Location",
    "Measure",
    "Medication",
    "MedicationKnowledge",
    "NamingSystem",
    "Organization",
    "OrganizationAffiliation",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
    "SearchParameter",
    "StructureDefinition",
    "Substance",
    "ValueSet",
});

}  // namespace

bool is_shared_type(Type const& type) noexcept {
    return type.patient_compartment.empty() && type.name != Literal("Patient");
}

bool is_about_records(Type const& type) noexcept {
    return type.name == Literal("Provenance");
}

bool is_directory_type(Type const& type) noexcept {
    return is_shared_type(type) && std::ranges::binary_search(kDirectory, type.name.text());
}

Result<std::vector<std::string>> patients_of(ResourceView const& resource) {
    std::vector<std::string> patients;
    if (resource.type().name.text() == "Patient") {
        auto id = resource.id();
        if (!id) return fail(Errc::invalid, "a Patient without id has no compartment");
        patients.push_back(*std::move(id));
    }
    auto const root = Contents::of(resource);
    for (auto const* parameter : resource.type().patient_compartment) {
        for (auto const& path : parameter->paths)
            for_each_value(root, path, [&](json::Value value) { add_patient(patients, value); });
        if (patients.size() > limits::kPatientsOfResource)
            return fail(Errc::too_large, "too many patients in one resource");
    }
    return patients;
}

Result<std::optional<std::string>> patient_of(ResourceView const& resource) {
    SALUS_TRY(auto patients, patients_of(resource));
    if (patients.empty()) return std::nullopt;
    return std::move(patients.front());
}

Result<std::vector<std::string>> records_about(ResourceView const& resource) {
    std::vector<std::string> records;
    if (!is_about_records(resource.type())) return records;
    SALUS_TRY(auto const patients, patients_of(resource));
    if (!patients.empty()) return records;
    auto const root = Contents::of(resource);
    for (auto const* parameter : resource.type().patient_compartment) {
        for (auto const& path : parameter->paths)
            for_each_value(root, path, [&](json::Value value) { add_record(records, value); });
    }
    if (records.size() > limits::kRecordsAbout)
        return fail(Errc::too_large, "the resource is about too many records: name the patient");
    return records;
}

}  // namespace salus::fhir

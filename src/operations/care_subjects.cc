#include "operations/care_subjects.h"

#include <algorithm>

#include "fhir/definitions.h"
#include "fhir/reference.h"

namespace salus::operations {
namespace {

std::vector<std::string> patients_named(fhir::EntryView const& entry, std::string_view parameter) {
    std::vector<std::string> patients;
    auto references = entry.find(parameter);
    while (references && references->left() > 0) {
        auto const reference = fhir::parse_local_reference(references->text());
        if (!reference || reference->type->name != "Patient") continue;
        if (std::ranges::find(patients, reference->id) == patients.end())
            patients.emplace_back(reference->id);
    }
    return patients;
}

}  // namespace

bool tells_of_care(std::string_view type) noexcept {
    return std::ranges::find(kCareEvidence, type, &CareEvidence::type) != kCareEvidence.end();
}

std::vector<std::string> in_care_together(fhir::EntryView const& entry) {
    auto const* type =
        tells_of_care(entry.type()) ? fhir::find_resource_type(entry.type()) : nullptr;
    if (type == nullptr) return {};
    for (auto const* parameter : type->patient_compartment) {
        auto patients = patients_named(entry, parameter->name.text());
        if (patients.size() > 1) return patients;
        if (!patients.empty()) return {};
    }
    return {};
}

}  // namespace salus::operations

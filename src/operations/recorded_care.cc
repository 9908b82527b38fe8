#include "operations/recorded_care.h"

#include <array>

#include "fhir/definitions.h"
#include "fhir/no_links.h"
#include "fhir/search.h"

namespace salus::operations {
namespace {

// Where a practitioner stands in a type, and the states in which it tells of no care.
struct Evidence {
    std::string_view type;
    char const* participant;
    char const* none;
};
constexpr auto kEvidence = std::to_array<Evidence>({
    {"Encounter", "participant", "cancelled,entered-in-error"},
    {"CareTeam", "participant", "proposed,inactive,entered-in-error"},
    {"Appointment", "actor", "cancelled,noshow,entered-in-error"},
});

}  // namespace

Result<bool> RecordedCare::hold(std::string_view practitioner, CompartmentId const& patient) {
    if (practitioner.empty()) return false;
    SALUS_TRY(auto const index, records_.index(patient));
    fhir::NoLinks links;
    for (auto const& [name, participant, none] : kEvidence) {
        auto const* type = fhir::find_resource_type(name);
        if (type == nullptr) return fail(Errc::internal, "a type is missing");
        std::vector<fhir::SearchQuery::Parameter> const parameters{
            {participant, std::string(practitioner)}, {"status:not", none}};
        SALUS_TRY(auto const query, fhir::SearchQuery::parse(*type, parameters, WallTime{}));
        for (auto const& table : index->tables(*type)) {
            auto rows = table.rows();
            SALUS_TRY_VOID(query.retain(table, rows, links));
            if (!rows.empty()) return true;
        }
    }
    return false;
}

}  // namespace salus::operations

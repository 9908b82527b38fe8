#include "operations/recorded_care.h"

#include <algorithm>
#include <array>

#include "fhir/definitions.h"
#include "fhir/no_links.h"
#include "fhir/search.h"
#include "operations/blind_tokens.h"
#include "operations/care_subjects.h"

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

Result<bool> tells_of(records::CompartmentIndex const& index, std::string_view practitioner) {
    fhir::NoLinks links;
    for (auto const& [name, participant, none] : kEvidence) {
        auto const* type = fhir::find_resource_type(name);
        if (type == nullptr) return fail(Errc::internal, "a type is missing");
        std::vector<fhir::SearchQuery::Parameter> const parameters{
            {participant, std::string(practitioner)}, {"status:not", none}};
        SALUS_TRY(auto const query, fhir::SearchQuery::parse(*type, parameters, WallTime{}));
        for (auto const& table : index.tables(*type)) {
            auto rows = table.rows();
            SALUS_TRY_VOID(query.retain(table, rows, links));
            if (!rows.empty()) return true;
        }
    }
    return false;
}

Result<bool> is_about(records::Addressing const& addressing, std::string_view entry,
                      CompartmentId const& patient) {
    SALUS_TRY(auto const view, fhir::EntryView::decode(bytes_of(entry)));
    return std::ranges::any_of(in_care_together(view), [&](std::string const& id) {
        return addressing.patient_compartment(id) == patient;
    });
}

}  // namespace

Result<records::CompartmentIndexPointer> RecordedCare::told_with_others(
    CompartmentId const& patient) {
    // Decisions ask before anything else makes a request's tokens.
    SALUS_TRY_VOID(records_.renew_token_keys());
    std::vector<records::OpenedIndexEntry> entries;
    for (auto const& token : care_tokens(records_.addressing(), patient)) {
        auto found = records_.find(token);
        // It stood with a patient whose key was destroyed.
        if (!found && found.error().code == Errc::gone) continue;
        if (!found) return fail(std::move(found).error());
        std::ranges::move(*found, std::back_inserter(entries));
    }
    // While token keys are rotated one document is found by several.
    std::ranges::sort(entries, {}, &records::OpenedIndexEntry::address);
    std::vector<records::OpenedIndexEntry> kept;
    for (auto& each : entries) {
        bool const again = !kept.empty() && kept.back().address == each.address;
        SALUS_TRY(bool const about, is_about(records_.addressing(), each.entry, patient));
        if (about && !again) {
            kept.push_back(std::move(each));
        } else {
            scrub(each.entry);
        }
    }
    if (kept.empty()) return nullptr;
    return records::CompartmentIndex::make_of_some(std::move(kept));
}

Result<bool> RecordedCare::hold(std::string_view practitioner, CompartmentId const& patient) {
    if (practitioner.empty()) return false;
    SALUS_TRY(auto const index, records_.index(patient));
    SALUS_TRY(bool const told, tells_of(*index, practitioner));
    if (told) return true;
    SALUS_TRY(auto const others, told_with_others(patient));
    if (!others) return false;
    return tells_of(*others, practitioner);
}

}  // namespace salus::operations

// Care relationships as the records tell of them: the practitioner takes part in an Encounter or an
// Appointment of the patient that was not called off or entered in error, or in a CareTeam that is
// at work now; by name, or by a PractitionerRole that they hold now. So a grant of care for a time
// is a CareTeam that has a period, or whose participant has one (decision 0057). What is of several
// patients tells of the care of each, wherever it stands (care_subjects.h): of the first
// limits::kCrossPatientMatches such records. Borrows the records; belongs to one request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"
#include "operations/practitioner_roles.h"
#include "records/records.h"
#include "request/caller.h"
#include "request/care_relationships.h"

namespace salus::operations {

class RecordedCare : public request::CareRelationships {
public:
    RecordedCare(records::Records& records, json::Parser& parser, WallTime now)
        : records_(records), parser_(parser), roles_(records, parser, now), now_(now) {}
    [[nodiscard]] Result<bool> hold(std::string_view practitioner,
                                    CompartmentId const& patient) override;

private:
    using Rows = std::vector<fhir::EntryTable::Row>;
    [[nodiscard]] Result<bool> tells_of(records::CompartmentIndex const& index,
                                        std::string_view practitioner);
    // Whether one of these rows names the practitioner, or a role that they hold.
    [[nodiscard]] Result<bool> any_names(std::string_view practitioner,
                                         fhir::EntryTable const& table,
                                         std::string_view participant, Rows const& rows);
    [[nodiscard]] Result<bool> names(std::string_view practitioner, std::string_view participant);
    [[nodiscard]] bool tells_now(json::Value team_or_member) const;
    // The CareTeam of this id, by who is in it now.
    [[nodiscard]] Result<bool> has_member(std::string_view team, std::string_view practitioner);
    // What tells of this patient's care together with that of others; nullptr: nothing does.
    [[nodiscard]] Result<records::CompartmentIndexPointer> told_with_others(
        CompartmentId const& patient);

    records::Records& records_;
    json::Parser& parser_;
    PractitionerRoles roles_;
    WallTime now_;
};

// "Practitioner/[id]"; "": the caller acts for nobody who is one.
[[nodiscard]] inline std::string practitioner_of(request::CallerFacts const& caller) {
    return caller.person ? caller.person->practitioner : std::string();
}

}  // namespace salus::operations

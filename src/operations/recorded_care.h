// Care relationships as the records tell of them: the practitioner takes part in an Encounter or an
// Appointment of the patient, or in a CareTeam, that was not called off or entered in error. What
// is of several patients tells of the care of each, wherever it stands (care_subjects.h): of the
// first limits::kCrossPatientMatches such records. Borrows the records; one thread.
#pragma once

#include <string>
#include <string_view>

#include "records/records.h"
#include "request/caller.h"
#include "request/care_relationships.h"

namespace salus::operations {

class RecordedCare : public request::CareRelationships {
public:
    explicit RecordedCare(records::Records& records) : records_(records) {}
    [[nodiscard]] Result<bool> hold(std::string_view practitioner,
                                    CompartmentId const& patient) override;

private:
    // What tells of this patient's care together with that of others; nullptr: nothing does.
    [[nodiscard]] Result<records::CompartmentIndexPointer> told_with_others(
        CompartmentId const& patient);

    records::Records& records_;
};

// "Practitioner/[id]"; "": the caller acts for nobody who is one.
[[nodiscard]] inline std::string practitioner_of(request::CallerFacts const& caller) {
    return caller.person ? caller.person->practitioner : std::string();
}

}  // namespace salus::operations

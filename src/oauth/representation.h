// Whom a user represents (45 CFR 164.502(g)): a parent, a guardian, a health care agent. The user
// is a RelatedPerson (fhirUser), whom an administrator linked; the record of that person names the
// patient, says whether it is in use, and for how long
// (https://hl7.org/fhir/R4/relatedperson.html). Belongs to one thread, as the records do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "foundation/clock.h"
#include "identity/user.h"
#include "json/document.h"
#include "records/records.h"

namespace salus::oauth {

// The id of the patient. Nothing: the user is no RelatedPerson, or their record is not there, not
// active, not in its period, or not understood.
[[nodiscard]] Result<std::optional<std::string>> represented_patient(records::Records& records,
                                                                     json::Parser& parser,
                                                                     identity::User const& user,
                                                                     WallTime now);
// Whether they are a RelatedPerson, who sees records of a patient only while they represent them.
[[nodiscard]] bool is_related_person(identity::User const& user) noexcept;

}  // namespace salus::oauth

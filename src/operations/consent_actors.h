// Whether a practitioner is, or belongs to, an actor that a consent names, as the records tell: the
// role of a PractitionerRole, the members of a CareTeam, the organization for which a
// PractitionerRole says that they work. What the records do not tell is not known: then a denial
// counts and a permission does not (consent/provision.h). Whoever may write these records may make
// members.
//
// Borrows; belongs to one request.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/facts.h"
#include "json/document.h"
#include "operations/practitioner_roles.h"
#include "records/records.h"

namespace salus::operations {

class ConsentActors {
public:
    // `practitioner`: "Practitioner/[id]"; empty: nobody who is one, of whom nothing is known.
    ConsentActors(records::Records& records, json::Parser& parser, std::string_view practitioner,
                  WallTime now)
        : records_(records), roles_(records, parser, now), practitioner_(practitioner), now_(now) {}

    // Of actors (Type/id) that consents of the patient of this compartment name; those of which
    // the records tell.
    [[nodiscard]] Result<std::vector<consent::Membership>> memberships(
        CompartmentId const& patient, std::span<std::string const> actors);

private:
    // Nothing: the records do not tell.
    [[nodiscard]] Result<std::optional<bool>> is_member(CompartmentId const& patient,
                                                        std::string_view type, std::string_view id);
    [[nodiscard]] Result<std::optional<bool>> is_in_team(CompartmentId const& patient,
                                                         std::string_view id);
    [[nodiscard]] Result<std::optional<bool>> works_for(std::string_view organization);

    records::Records& records_;
    PractitionerRoles roles_;
    std::string_view practitioner_;
    WallTime now_;
};

}  // namespace salus::operations

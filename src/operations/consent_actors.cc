#include "operations/consent_actors.h"

#include <algorithm>
#include <optional>

#include "fhir/no_links.h"
#include "fhir/period.h"
#include "fhir/reference.h"
#include "fhir/search.h"
#include "foundation/limits.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using Known = std::optional<bool>;

// Of these types a member is somebody, and not a group to which the practitioner may belong.
bool is_one_person(std::string_view place) {
    return place.starts_with("Practitioner/") || place.starts_with("Patient/") ||
           place.starts_with("RelatedPerson/");
}

Known is_in(json::Value team, std::string_view practitioner, WallTime now) {
    auto const members = team.member("participant");
    if (!members || !members->is_array()) return false;
    bool named = false;
    bool others_known = true;
    for (auto const each : members->elements()) {
        auto const member = place_in(each.member("member"));
        others_known = others_known && is_one_person(member);
        if (member != practitioner) continue;
        if (fhir::is_in_its_period(each, now)) return true;
        named = true;
    }
    // Whoever was a member is not said to be none.
    return named || !others_known ? Known() : Known(false);
}

}  // namespace

Result<std::vector<consent::Membership>> ConsentActors::memberships(
    CompartmentId const& patient, std::span<std::string const> actors) {
    std::vector<consent::Membership> known;
    if (practitioner_.empty()) return known;
    for (auto const& actor : actors) {
        auto const parsed = fhir::parse_local_reference(actor);
        if (!parsed) continue;
        SALUS_TRY(auto const member, is_member(patient, parsed->type->name.text(), parsed->id));
        if (member) known.push_back({.actor = actor, .member = *member});
    }
    return known;
}

Result<Known> ConsentActors::is_member(CompartmentId const& patient, std::string_view type,
                                       std::string_view id) {
    if (type == "PractitionerRole") return roles_.hold(practitioner_, id);
    if (type == "CareTeam") return is_in_team(patient, id);
    if (type == "Organization") return works_for(id);
    return Known();
}

Result<Known> ConsentActors::is_in_team(CompartmentId const& patient, std::string_view id) {
    SALUS_TRY(auto const team, roles_.find(patient, "CareTeam", id));
    if (!team) return Known();
    auto const root = RequestReader::root(team->view());
    if (root.member("modifierExtension")) return Known();
    auto const member = is_in(root, practitioner_, now_);
    bool const now = root.text_member("status") == "active" && fhir::is_in_its_period(root, now_);
    // Of a team that is not at work nobody is a member for sure.
    return member == true && !now ? Known() : member;
}

// That nobody wrote of it does not say that they do not.
Result<Known> ConsentActors::works_for(std::string_view organization) {
    auto const& type = *fhir::find_resource_type("PractitionerRole");
    auto const index = records_.index(records_.addressing().shared_compartment(), nullptr,
                                      limits::kSharedSearched);
    if (!index && index.error().code == Errc::too_large) return Known();
    if (!index) return fail(index.error());
    std::vector<fhir::SearchQuery::Parameter> const wanted{
        {"practitioner", std::string(practitioner_)},
        {"organization", std::string("Organization/").append(organization)}};
    SALUS_TRY(auto const query, fhir::SearchQuery::parse(type, wanted, now_));
    fhir::NoLinks links;
    for (auto const& table : (*index)->tables(type)) {
        auto rows = table.rows();
        SALUS_TRY_VOID(query.retain(table, rows, links));
        for (auto const row : rows) {
            SALUS_TRY(auto const works, roles_.hold(practitioner_, table.id(row), organization));
            if (works == true) return works;
        }
    }
    return Known();
}

}  // namespace salus::operations

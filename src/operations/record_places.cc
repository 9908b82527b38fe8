#include "operations/record_places.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "fhir/index_entry.h"
#include "fhir/reference.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using request::PlaceName;
using request::PlaceNames;

// Parameters that address the organization which answers for a record, not one which was asked to
// do something (`performer`).
constexpr std::array<std::string_view, 2> kOrganizations{"organization", "service-provider"};
// Parameters that address the Encounter of a record.
constexpr std::array<std::string_view, 2> kEncounters{"context", "encounter"};

// Nothing: the parameter addresses nothing. Empty: it does, and not only places of this server.
std::optional<PlaceNames> places_at(fhir::EntryView const& entry, std::string_view parameter) {
    auto values = entry.find(parameter);
    if (!values || values->type() != fhir::ParameterType::reference || values->left() == 0)
        return std::nullopt;
    PlaceNames places;
    while (values->left() > 0) {
        auto place = PlaceName::parse(values->text());
        if (!place) return PlaceNames();
        places.push_back(*std::move(place));
    }
    request::put_in_order(places);
    return places;
}

std::optional<PlaceNames> own_places(fhir::EntryView const& entry) {
    if (auto locations = places_at(entry, "location")) return locations;
    for (auto const parameter : kOrganizations) {
        if (auto organizations = places_at(entry, parameter)) return organizations;
    }
    return std::nullopt;
}

// Ids; nothing: one of them is not on this server. AllergyIntolerance and others have an Encounter
// that no parameter addresses.
std::optional<std::set<std::string>> encounters_of(fhir::EntryView const& entry,
                                                   fhir::ResourceView const& resource) {
    std::set<std::string> named;
    for (auto const parameter : kEncounters) {
        auto values = entry.find(parameter);
        if (!values || values->type() != fhir::ParameterType::reference) continue;
        while (values->left() > 0) named.emplace(values->text());
    }
    auto const element = RequestReader::root(resource).member("encounter");
    if (element && element->is_object()) {
        if (auto reference = element->text_member("reference")) named.insert(*std::move(reference));
    }
    std::set<std::string> ids;
    for (auto const& text : named) {
        auto const parsed = fhir::parse_local_reference(text);
        if (!parsed) return std::nullopt;
        // The context of what was given may be an EpisodeOfCare.
        if (parsed->type->name == "Encounter") ids.emplace(parsed->id);
    }
    return ids;
}

}  // namespace

Result<PlaceNames> RecordPlaces::of(CompartmentId const& compartment,
                                    fhir::ResourceView const& resource) {
    SALUS_TRY(auto const made, fhir::make_index_entry(resource, WallTime{}));
    SALUS_TRY(auto const entry, fhir::EntryView::decode(RequestReader::entry(made)));
    if (auto own = own_places(entry)) return *std::move(own);
    PlaceNames places;
    auto const encounters = encounters_of(entry, resource);
    if (!encounters) return places;
    for (auto const& id : *encounters) {
        SALUS_TRY(auto known, of_encounter(compartment, id));
        if (known.empty()) return known;
        places.insert(places.end(), known.begin(), known.end());
    }
    request::put_in_order(places);
    return places;
}

// As it stands now.
Result<PlaceNames> RecordPlaces::of_encounter(CompartmentId const& compartment,
                                              std::string const& id) {
    auto const known = encounters_.find({compartment, id});
    if (known != encounters_.end()) return known->second;
    SALUS_TRY(auto document, records_.get(records::DocumentClass::resource, "Encounter", id));
    bool const there = document && document->state == store::VersionState::live &&
                       document->compartment == compartment;
    PlaceNames places;
    if (there) {
        SALUS_TRY(auto const encounter, fhir::Reader::index(std::move(document->text), parser_));
        SALUS_TRY(auto const made, fhir::make_index_entry(encounter.view(), WallTime{}));
        SALUS_TRY(auto const entry, fhir::EntryView::decode(RequestReader::entry(made)));
        places = own_places(entry).value_or(PlaceNames());
    }
    encounters_.emplace(std::pair(compartment, id), places);
    return places;
}

}  // namespace salus::operations

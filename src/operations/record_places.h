// Where a record belongs, as it says itself: the Locations that its type's search parameter
// `location` addresses, or else the Organization that its `service-provider` or `organization`
// does; and of what says neither, the places of its Encounter. A record with several places belongs
// to all of them. What does not tell belongs nowhere: a place that is contained, outside of this
// server or named without a reference, an Encounter that is gone or another patient's; and nothing
// of several Encounters if one of them does not tell. Whoever may write Encounters may move
// records.
//
// Borrows; belongs to one request, for which each Encounter is opened once.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "json/document.h"
#include "records/records.h"
#include "request/place_name.h"

namespace salus::operations {

class RecordPlaces {
public:
    RecordPlaces(records::Records& records, json::Parser& parser)
        : records_(records), parser_(parser) {}

    [[nodiscard]] Result<request::PlaceNames> of(CompartmentId const& compartment,
                                                 fhir::ResourceView const& resource);

private:
    [[nodiscard]] Result<request::PlaceNames> of_encounter(CompartmentId const& compartment,
                                                           std::string const& id);

    records::Records& records_;
    json::Parser& parser_;
    // By compartment and id.
    std::map<std::pair<CompartmentId, std::string>, request::PlaceNames> encounters_;
};

}  // namespace salus::operations

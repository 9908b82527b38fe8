// What the records tell of people by other names than their own: who holds a PractitionerRole. For
// care relationships and for consents, which name practitioners in both ways. Whoever may write
// PractitionerRoles may make people hold them. Borrows; belongs to one request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/document.h"
#include "records/records.h"

namespace salus::operations {

// Type/id of what a Reference names on this server; empty: of nothing.
[[nodiscard]] std::string place_in(std::optional<json::Value> reference);

class PractitionerRoles {
public:
    PractitionerRoles(records::Records& records, json::Parser& parser, WallTime now)
        : records_(records), parser_(parser), now_(now) {}

    // Whether the practitioner ("Practitioner/[id]") holds the role of this id now, for this
    // organization (an id; empty: for whichever). Nothing: the records do not tell.
    [[nodiscard]] Result<std::optional<bool>> hold(std::string_view practitioner,
                                                   std::string_view id,
                                                   std::string_view organization = {});
    // A live resource that stands in this compartment, or in the shared one.
    [[nodiscard]] Result<std::optional<fhir::Resource>> find(CompartmentId const& compartment,
                                                             std::string_view type,
                                                             std::string_view id);

private:
    records::Records& records_;
    json::Parser& parser_;
    WallTime now_;
};

}  // namespace salus::operations

// POST, GET and DELETE /admin/definitions: implementation guide packages of one tenant, in force
// from the moment they are stored. They are one sealed document in the identity compartment, so who
// changed them, and when, is in its history and in the audit log.
#pragma once

#include <memory>

#include "fhir/profiles/loaded_definitions.h"
#include "json/document.h"
#include "records/records.h"
#include "request/exchange.h"
#include "request/permit.h"
#include "request/prepared.h"

namespace salus::admin {

struct DefinitionsDesk {
    request::Tenant const& tenant;
    records::Records& records;
    json::Parser& parser;
    Clock const& clock;
};

// The body is the package file. A package of the same name and version is replaced. Errc::invalid:
// not a package, or one that cannot be understood; Errc::too_large: all together too much.
[[nodiscard]] Result<request::Prepared> load_definitions(DefinitionsDesk const& desk,
                                                         request::Exchange& exchange);
[[nodiscard]] Result<request::Prepared> list_definitions(DefinitionsDesk const& desk);
// Errc::not_found.
[[nodiscard]] Result<request::Prepared> remove_definitions(DefinitionsDesk const& desk,
                                                           request::Permit const& permit);
// What is stored, for the start. Errc::corrupt: it cannot be read.
[[nodiscard]] Result<fhir::DefinitionSet> stored_definitions(records::Records& records,
                                                             json::Parser& parser);

}  // namespace salus::admin

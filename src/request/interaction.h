// What a request wants to do, in FHIR's words (https://hl7.org/fhir/R4/http.html) and our own for
// the routes beside FHIR. Deny by default (AZ-1): a route that is not one of these does not exist.
#pragma once

#include <cstdint>

#include "foundation/literal.h"

namespace salus::request {

enum class Interaction : std::uint8_t {
    // FHIR, on one resource
    read,
    vread,
    update,
    remove,
    history_instance,
    // FHIR, on a type
    create,
    search_type,
    validate,
    // FHIR, on the system
    transaction,
    capabilities,
    // Authorization server
    token,
    authorization_server_metadata,
    smart_configuration,
    json_web_key_set,
    // Administration
    definitions_load,
    definitions_list,
    definitions_remove,
    client_add,
    control_check,
};

// The word that audit leaves, CapabilityStatement and messages use.
[[nodiscard]] Literal name_of(Interaction interaction) noexcept;
// Changes stored data: an intent leaf goes before it.
[[nodiscard]] bool is_write(Interaction interaction) noexcept;
// Answered without a token: discovery documents and the token endpoint, never ePHI.
[[nodiscard]] bool is_public(Interaction interaction) noexcept;

}  // namespace salus::request

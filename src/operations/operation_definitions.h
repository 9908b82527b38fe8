// The definitions of operations that FHIR does not know, as OperationDefinition resources
// (https://hl7.org/fhir/R4/operationdefinition.html): what the CapabilityStatement refers to. They
// are this server's, not stored, and public as the CapabilityStatement is. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "request/interaction.h"

namespace salus::operations {

// The id of the definition of what this interaction does; empty: FHIR defines it, or it is none.
[[nodiscard]] std::string_view definition_id_of(request::Interaction interaction) noexcept;
[[nodiscard]] bool is_own_definition(std::string_view id) noexcept;
// Its canonical address, at which it is served.
[[nodiscard]] std::string definition_address(std::string_view base, std::string_view id);
// The resource. REQUIRES: is_own_definition(id).
[[nodiscard]] std::string operation_definition(std::string_view base, std::string_view id);

}  // namespace salus::operations

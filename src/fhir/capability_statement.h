// The CapabilityStatement (https://hl7.org/fhir/R4/capabilitystatement.html): made from the
// definitions and from what is switched on, so that it cannot claim what the search code does not
// do. It is public (GET /metadata) and holds no ePHI. Thread safety: pure function.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fhir/loaded_parameters.h"
#include "foundation/clock.h"

namespace salus::fhir {

enum class Interaction : std::uint8_t {
    read,
    vread,
    update,
    patch,
    erase,  // "delete"
    history_instance,
    history_type,
    create,
    search_type,
};
enum class SystemInteraction : std::uint8_t { transaction, batch, search_system, history_system };

struct Operation {
    Literal name;            // everything
    std::string definition;  // http://hl7.org/fhir/OperationDefinition/Patient-everything
};

struct ResourceCapability {
    Type const* type;
    std::vector<Interaction> interactions;
    std::vector<Operation> operations{};
    bool update_creates = false;  // PUT to an id that does not exist
    bool conditional_create = false;
    bool conditional_read = false;  // by ETag and by time
    bool conditional_update = false;
    bool conditional_delete = false;  // of one match
    // These alone may be searched by, and nothing included; empty: all that the search code offers.
    std::span<Literal const> search_parameters{};
};

// SMART App Launch (http://hl7.org/fhir/smart-app-launch/conformance.html); empty: not offered.
struct SecurityCapability {
    std::string authorize_url{};
    std::string token_url{};
    std::string introspect_url{};
    std::string revoke_url{};
};

struct Capabilities {
    std::string base_url;
    std::string software_version;
    WallTime date;
    std::vector<ResourceCapability> resources;
    std::vector<SystemInteraction> system_interactions{};
    std::vector<Literal> patch_formats{};  // media types
    SecurityCapability security{};
    std::vector<std::string> implementation_guides{};  // canonical addresses
    LoadedParametersPointer loaded{};                  // of packages; nullptr: none
};

[[nodiscard]] std::string capability_statement(Capabilities const& capabilities);

}  // namespace salus::fhir

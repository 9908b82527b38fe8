// What belongs to one tenant: its keys, its audit log, and where its documents are. Outlives every
// request. Thread safety: the objects named here are safe from any thread.
#pragma once

#include <string>

#include "audit/log.h"
#include "foundation/strong_id.h"
#include "keys/keyring.h"
#include "store/store.h"

namespace salus::fhir {
class LoadedDefinitions;
}

namespace salus::request {

struct Tenant {
    TenantName name;
    std::string realm;       // id of the instance, bound into every ciphertext
    std::string path;        // "" for the default tenant, "/t/NAME" for others
    std::string public_url;  // scheme, authority and path: "https://localhost:8443/t/north"
    keys::Keyring& keyring;
    audit::Log& audit_log;
    store::Store& store;
    fhir::LoadedDefinitions* definitions = nullptr;  // of packages; nullptr: none can be loaded

    [[nodiscard]] std::string fhir_base() const { return public_url + "/fhir"; }
    [[nodiscard]] std::string issuer() const { return public_url; }
    [[nodiscard]] std::string token_endpoint() const { return public_url + "/oauth/token"; }
};

}  // namespace salus::request

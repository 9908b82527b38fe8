// Key pairs of clients, as files: the private key as a JWK that only its owner may read, the public
// one as a JWK Set for registration.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "foundation/result.h"

namespace salus::app {

// Makes an ES384 key pair (SMART Backend Services), writes the private key to the file and gives
// the public JWK Set. Errc::conflict if the file exists: keys are never overwritten.
[[nodiscard]] Result<std::string> make_client_keys(std::filesystem::path const& private_key_file);

struct Registration {
    std::string id;
    std::string name;
    std::string scope;
    std::vector<std::string> purposes;
    std::string jwks;        // or
    std::string jwks_uri{};  // the address of its keys; neither: a public one, or by name
    bool self_signed = false;
    // What an authority's certificate names (tls_client_auth), as the member of the registration;
    // both empty: it has none.
    std::string certificate_name_kind{};
    std::string certificate_name{};
    bool certificate_bound = false;
    bool dpop_bound = false;
    std::vector<std::string> redirect_uris{};  // empty: a service
    std::vector<std::string> logout_uris{};
    std::string backchannel_logout_uri{};  // empty: it is not told of logouts
    bool pushes = false;
    bool fapi2 = false;
    bool device_posture = false;
    std::vector<std::string> roles{};
    std::vector<std::string> locations{};
};
// The body of POST /admin/clients.
[[nodiscard]] std::string registration_json(Registration const& registration);

}  // namespace salus::app

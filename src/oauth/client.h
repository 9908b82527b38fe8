// A registered client (RFC 7591 in part): who may ask for tokens, with which keys, for what. Stored
// as a sealed document in the tenant's identity compartment. A client belongs to one tenant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "jose/jwk.h"
#include "json/document.h"
#include "records/records.h"
#include "request/purpose_of_use.h"
#include "request/scope.h"

namespace salus::oauth {

inline constexpr std::string_view kClientType = "Client";

struct Client {
    ClientId id;
    std::string name;                             // for people: shown to administrators
    std::vector<request::Scope> scopes;           // the most it can be granted
    std::vector<request::PurposeOfUse> purposes;  // what it may ask for; the first is the default
    std::string jwks;                             // its public keys, RFC 7517
    jose::KeySet keys;                            // the same, checked: checking a key is dear
    bool dpop_bound_access_tokens = false;        // RFC 9449 section 5.2: no bearer token for it
};

// Client ids that a request may name: our own alphabet, at most 64 characters.
[[nodiscard]] bool is_client_id(std::string_view text);
[[nodiscard]] std::string to_json(Client const& client);
// Errc::invalid with what is missing or wrong; unknown members are refused.
[[nodiscard]] Result<Client> client_from_json(json::Value root);
// The client's document; nothing if there is none, or it was removed.
[[nodiscard]] Result<std::optional<records::StoredDocument>> read_client(records::Records& records,
                                                                         std::string_view id);
[[nodiscard]] Result<Client> client_in(records::StoredDocument stored, json::Parser& parser);
// Both. Its keys are checked anew, which is dear: see client_directory.h.
[[nodiscard]] Result<std::optional<Client>> find_client(records::Records& records,
                                                        json::Parser& parser, std::string_view id);

}  // namespace salus::oauth

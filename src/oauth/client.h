// A registered client (RFC 7591 in part): who may ask for tokens, how it proves itself, for what,
// and where answers to it may go. Stored as a sealed document in the tenant's identity compartment.
// A client belongs to one tenant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "jose/jwk.h"
#include "json/document.h"
#include "records/records.h"
#include "request/place_name.h"
#include "request/purpose_of_use.h"
#include "request/role_name.h"
#include "request/scope_request.h"

namespace salus::oauth {

inline constexpr std::string_view kClientType = "Client";

// Which of the specifications that contradict each other a client is held to. A profile tightens
// the one path that all take, and loosens nothing.
enum class Profile : std::uint8_t {
    smart,  // SMART App Launch 2.2
    fapi2,  // FAPI 2.0 Security Profile: pushed requests, sender-constrained tokens
};

// `token_endpoint_auth_method` (RFC 7591 section 2).
enum class AuthenticationMethod : std::uint8_t {
    private_key_jwt,
    // RFC 8705 section 2.2: a TLS client certificate, by itself, with one of its registered keys.
    self_signed_tls_client_auth,
    // RFC 8705 section 2.1: one that an authority vouches for, with the client's registered name.
    tls_client_auth,
    none,  // a public client: it proves nothing but PKCE
};

// `grant_types`.
struct GrantTypes {
    bool client_credentials = false;
    bool authorization_code = false;
    bool refresh_token = false;
    friend bool operator==(GrantTypes const&, GrantTypes const&) = default;
};

// What a certificate must name (RFC 8705 section 2.1.2: exactly one of these).
struct CertificateName {
    enum class Kind : std::uint8_t { none, subject, dns, uri };
    Kind kind = Kind::none;
    std::string text;  // of a subject: as crypto::PresentedCertificate::subject_name() has it
};

struct Client {
    ClientId id;
    std::string name;                             // for people: shown at consent
    request::ScopeRequest scope;                  // the most it can be granted
    std::vector<request::PurposeOfUse> purposes;  // what it may ask for; the first is the default
    request::RoleNames roles;                     // where it acts for itself
    request::PlaceNames locations;                // the same: where it works
    Profile profile = Profile::smart;
    AuthenticationMethod authentication = AuthenticationMethod::private_key_jwt;
    GrantTypes grants{.client_credentials = true};
    CertificateName certificate_name{};  // of tls_client_auth
    // Its public keys (RFC 7517), here or at an address; neither: it needs none.
    std::string jwks;
    jose::KeySet keys;                      // the same, checked: checking a key is dear
    std::string jwks_uri;                   // remote_keys.h
    bool dpop_bound_access_tokens = false;  // RFC 9449 section 5.2: no bearer token for it
    // RFC 8705 section 3.4: no token for it that is not bound to its certificate.
    bool tls_client_certificate_bound_access_tokens = false;
    bool require_pushed_authorization_requests = false;  // RFC 9126 section 6
    // Its assertions may say what device it runs on (request/device_posture.h).
    bool device_posture = false;
    std::vector<std::string> redirect_uris;
    std::vector<std::string> post_logout_redirect_uris;
    // Where it is told that a session ended (OpenID Connect Back-Channel Logout 1.0 section 2.2);
    // empty: it is not.
    std::string backchannel_logout_uri;
    bool backchannel_logout_session_required = false;  // never without `sid`

    [[nodiscard]] bool is_public() const noexcept {
        return authentication == AuthenticationMethod::none;
    }
    [[nodiscard]] bool needs_keys() const noexcept {
        return authentication == AuthenticationMethod::private_key_jwt ||
               authentication == AuthenticationMethod::self_signed_tls_client_auth;
    }
};

// Client ids that a request may name: our own alphabet, at most 64 characters.
[[nodiscard]] bool is_client_id(std::string_view text);
[[nodiscard]] std::string to_json(Client const& client);
// Errc::invalid with what is missing or wrong; unknown members are refused, and whatever the
// profile forbids.
[[nodiscard]] Result<Client> client_from_json(json::Value root);
// The client's document; nothing if there is none, or it was removed.
[[nodiscard]] Result<std::optional<records::StoredDocument>> read_client(records::Records& records,
                                                                         std::string_view id);
[[nodiscard]] Result<Client> client_in(records::StoredDocument stored, json::Parser& parser);
// Both. Its keys are checked anew, which is dear: see client_directory.h.
[[nodiscard]] Result<std::optional<Client>> find_client(records::Records& records,
                                                        json::Parser& parser, std::string_view id);

}  // namespace salus::oauth

// A request for authorization on its way (RFC 6749 section 4.1, RFC 9126): what a client asks,
// where it waits while a person signs in, and the code that stands for the answer. Sealed in the
// tenant's identity compartment. Any thread; values.
#pragma once

#include <optional>
#include <string>

#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "identity/session.h"
#include "json/document.h"
#include "json/writer.h"
#include "records/sealing.h"
#include "request/device_posture.h"
#include "request/purpose_of_use.h"
#include "request/scope_request.h"

namespace salus::identity {

// Checked when it arrived; it is not read from a URL again.
struct AuthorizationRequest {
    ClientId client;
    std::string redirect_uri;
    bool redirect_uri_given = false;  // then the token request has to repeat it
    std::string state;
    std::string nonce;
    std::string code_challenge;  // S256
    request::ScopeRequest scope;
    // One of the client's; nothing: its first that the person has, but never an emergency.
    std::optional<request::PurposeOfUse> purpose;
    std::string launch;                  // of an EHR launch; empty: none
    std::string dpop_key;                // RFC 9449 section 10; empty: any
    Assurance needed = Assurance::none;  // of acr_values
    std::optional<std::chrono::seconds> max_age;
    bool prompt_none = false;
    bool prompt_login = false;
    bool prompt_consent = false;
    std::string login_hint;
    std::optional<UserId> person;     // whom id_token_hint names; nothing: anybody
    request::DevicePosture device{};  // that the assertion of a pushed request states

    // The person will be asked to declare an emergency (45 CFR 164.312(a)(2)(ii)).
    [[nodiscard]] bool is_emergency() const noexcept {
        return purpose == request::PurposeOfUse::emergency;
    }
    void write(json::Writer& writer) const;
    static Result<AuthorizationRequest> read(json::Value root);
    friend bool operator==(AuthorizationRequest const&, AuthorizationRequest const&) = default;
};

// What a client pushed: `request_uri` has its id. One authorization can come of it.
struct PushedRequest {
    static constexpr records::DocumentClass kClass = records::DocumentClass::authorization;
    static constexpr std::string_view kType = "PushedRequest";
    AuthorizationRequest request;
    WallTime expires{};
    [[nodiscard]] std::string to_json() const;
    static Result<PushedRequest> from_json(json::Value root);
};

// What waits for a person, in one browser: its id is in the pages' addresses, and serves in no
// other browser.
struct PendingAuthorization {
    static constexpr records::DocumentClass kClass = records::DocumentClass::authorization;
    static constexpr std::string_view kType = "PendingAuthorization";
    AuthorizationRequest request;
    crypto::Sha256Digest browser{};     // of the secret of the browser's cookie
    std::string pushed;                 // id of the pushed request that it came from; empty: none
    std::string patient;                // chosen by the person; empty: not yet
    std::string encounter;              // of the launch
    std::string launch;                 // id of the launch that said so; empty: none
    std::optional<UserId> launched_by;  // whom the EHR has signed in; nothing: anybody
    WallTime asked{};                   // a sign-in from before it does not serve prompt=login
    [[nodiscard]] WallTime expires() const noexcept;
    [[nodiscard]] std::string to_json() const;
    static Result<PendingAuthorization> from_json(json::Value root);
};

// A code that was sent, and the grant that it stands for. It stays after it was used, so that a
// second use is known for one (AZ6).
struct AuthorizationCode {
    static constexpr records::DocumentClass kClass = records::DocumentClass::authorization;
    static constexpr std::string_view kType = "AuthorizationCode";
    crypto::Sha256Digest secret{};
    ClientId client;
    std::string redirect_uri;
    bool redirect_uri_given = false;
    std::string code_challenge;
    std::string nonce;
    std::string dpop_key;
    request::DevicePosture device{};
    std::string grant;  // id
    WallTime expires{};
    bool used = false;
    [[nodiscard]] std::string to_json() const;
    static Result<AuthorizationCode> from_json(json::Value root);
};

}  // namespace salus::identity

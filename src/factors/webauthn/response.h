// What a browser sends back: the JSON that PublicKeyCredential.toJSON() makes (WebAuthn section
// 5.1.5), taken apart and not yet believed. Thread safety: values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "factors/webauthn/credential.h"

namespace salus::factors::webauthn {

// Both: Errc::invalid for what is no such JSON, when `id` and `rawId` differ, when `type` is not
// public-key; Errc::too_large beyond limits::kWebauthnResponseBytes. Members that the server
// derives itself (`publicKey`, `authenticatorData` at a registration) and extension results are not
// read.
struct RegistrationResponse {
    Bytes id;
    Bytes client_data;
    Bytes attestation_object;
    std::vector<Transport> transports;  // those that are known, once each

    static Result<RegistrationResponse> parse(std::string json);
};

struct AuthenticationResponse {
    Bytes id;  // the credential to look up
    Bytes client_data;
    Bytes authenticator_data;
    Bytes signature;
    std::optional<Bytes> user_handle;  // of a discoverable credential

    static Result<AuthenticationResponse> parse(std::string json);
};

}  // namespace salus::factors::webauthn

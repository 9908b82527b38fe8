// Authenticator data (WebAuthn section 6.1): what an authenticator says of itself, of its user and,
// at a registration, of the credential that it made. Thread safety: values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "crypto/hash.h"
#include "foundation/result.h"

namespace salus::factors::webauthn {

// The model of an authenticator. All zero: it does not say.
using Aaguid = std::array<std::uint8_t, 16>;

struct AttestedCredential {
    Aaguid aaguid{};
    Bytes id;          // 1 to limits::kCredentialIdBytes
    Bytes public_key;  // a COSE key, as it was spelled
};

struct AuthenticatorData {
    crypto::Sha256Digest rp_id_hash{};
    bool user_present = false;
    bool user_verified = false;    // by a PIN or a biometric that stays with the authenticator
    bool backup_eligible = false;  // the credential may be copied to other devices
    bool backed_up = false;
    std::uint32_t sign_count = 0;
    std::optional<AttestedCredential> credential;

    // Exactly what its flags announce and nothing behind it; extensions are a map with names for
    // keys, and are not interpreted. Reserved flags are ignored, as section 6.1 asks.
    // Errc::invalid, also when it is backed up without being eligible for it.
    static Result<AuthenticatorData> parse(BytesView bytes);
};

}  // namespace salus::factors::webauthn

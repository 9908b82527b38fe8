// Attestation (WebAuthn section 6.5): who made the authenticator, if it tells. Formats `none` and
// `packed` (sections 8.7 and 8.2) are verified; of others the statement is never read.
// Thread safety: values and pure functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "crypto/presented_certificate.h"
#include "factors/webauthn/authenticator_data.h"
#include "factors/webauthn/cbor.h"
#include "factors/webauthn/cose_key.h"

namespace salus::factors::webauthn {

enum class AttestationResult : std::uint8_t {
    none,         // nothing was said, or nothing that is known here
    self,         // signed by the credential itself
    certificate,  // signed by a certificate, which nobody was asked about
    anchored,     // signed by a certificate that leads to one of the anchors
};

enum class OtherFormats : std::uint8_t {
    refuse,
    take_as_none,  // the statement is not looked at, so it proves nothing
};

struct AttestationRules {
    // Authorities of authenticators. Not empty: every registration must lead to one of them, and
    // none and self attestation are refused. Empty: nobody is asked who made an authenticator.
    std::vector<crypto::PresentedCertificate> anchors{};
    OtherFormats other_formats = OtherFormats::refuse;
};

// The parts of an attestation object, before any is verified.
struct AttestationObject {
    std::string format;
    Cbor statement;
    Bytes authenticator_data;

    // Exactly fmt, attStmt and authData. Errc::invalid, Errc::too_large.
    static Result<AttestationObject> parse(BytesView bytes);
};

// Verifies the statement over the authenticator data and the hash of the client data.
// Errc::invalid for a malformed one, Errc::forbidden for one that proves less than the rules ask or
// was not signed by what it names, Errc::not_supported for a format that is refused.
// REQUIRES: `data` and `key` are of `object`; data.credential.
[[nodiscard]] Result<AttestationResult> verify_attestation(
    AttestationObject const& object, AuthenticatorData const& data, CoseKey const& key,
    crypto::Sha256Digest const& client_data_hash, AttestationRules const& rules, WallTime now);

}  // namespace salus::factors::webauthn

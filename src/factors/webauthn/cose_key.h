// Public keys of credentials as COSE_Key (RFC 9052 section 7, RFC 9053), and their signatures as
// WebAuthn has them (section 6.5.5): ECDSA in DER, Ed25519 and RSASSA-PKCS1-v1_5 as they are.
// Thread safety: values, immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/signature.h"

namespace salus::factors::webauthn {

// ES256, ES384, EdDSA (Ed25519) and RS256 alone; nothing for any other (IANA COSE Algorithms).
[[nodiscard]] std::optional<crypto::SignatureAlgorithm> cose_algorithm(std::int64_t number);
// REQUIRES: one of these four.
[[nodiscard]] std::int64_t cose_number(crypto::SignatureAlgorithm algorithm);
// What authenticators are asked for, the best first. Without EdDSA where algorithms come from a
// FIPS module, whose certificates do not list it.
[[nodiscard]] std::vector<crypto::SignatureAlgorithm> offered_algorithms();

// False for a wrong signature, one that is not spelled strictly, and an algorithm of another key.
[[nodiscard]] bool verify(crypto::VerifyingKey const& key, crypto::SignatureAlgorithm algorithm,
                          BytesView message, BytesView signature);

struct CoseKey {
    crypto::SignatureAlgorithm algorithm;
    crypto::VerifyingKey key;

    // Exactly the members that its type demands, `alg` among them, and no other (WebAuthn section
    // 5.8.5); points uncompressed. Errc::invalid; Errc::not_supported for another algorithm.
    static Result<CoseKey> parse(BytesView bytes);
};

}  // namespace salus::factors::webauthn

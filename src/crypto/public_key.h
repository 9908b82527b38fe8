// Inside the room: what is known of a public key after its import was checked, and the prepared
// contexts that verifying and signing copy. Thread safety: immutable, any thread.
#pragma once

#include <array>

#include "crypto/ecdsa_encoding.h"
#include "crypto/openssl.h"
#include "crypto/signature.h"

namespace salus::crypto {

inline constexpr std::size_t kAlgorithmCount = 9;

enum class KeyFamily { p256, p384, rsa, ed25519 };

[[nodiscard]] bool fits(KeyFamily family, SignatureAlgorithm algorithm) noexcept;
[[nodiscard]] Digest digest_of(SignatureAlgorithm algorithm);
// Bytes of one ECDSA coordinate or scalar. REQUIRES: an EC family.
[[nodiscard]] std::size_t coordinate_size(KeyFamily family);
[[nodiscard]] inline KeyFamily family_of(Curve curve) noexcept {
    return curve == Curve::p256 ? KeyFamily::p256 : KeyFamily::p384;
}
[[nodiscard]] char const* group_name(Curve curve) noexcept;

// The family of a key of a kind and size that this house accepts; Errc::invalid for any other. For
// RSA: modulus odd, 2048 to 8192 bits; exponent odd, at least 3, at most 64 bits.
[[nodiscard]] Result<KeyFamily> classify(EVP_PKEY* key);

// SubjectPublicKeyInfo, DER.
[[nodiscard]] Bytes spki_of(EVP_PKEY* key);

struct VerifyingKey::State {
    // REQUIRES: a key that classify() accepted.
    State(Pkey checked, KeyFamily kind);

    Pkey key;
    KeyFamily family;
    // One context ready to verify for each algorithm that fits, null for the others: preparing one
    // is a fetch by name inside the provider, copying one is not.
    std::array<PkeyContext, kAlgorithmCount> ready;
    DigestContext ready_ed25519;  // EdDSA hashes inside, so it is driven as a digest
};

[[nodiscard]] inline std::size_t index_of(SignatureAlgorithm algorithm) noexcept {
    return static_cast<std::size_t>(algorithm);
}
// Sets hash, padding and salt length. REQUIRES: a context initialised to sign or to verify.
void set_scheme(EVP_PKEY_CTX& context, SignatureAlgorithm algorithm);

}  // namespace salus::crypto

// JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037): sets of public keys that verify, and
// single private keys that sign. Thread safety: values, immutable after they are made.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "crypto/signature.h"
#include "foundation/result.h"
#include "foundation/secret.h"

namespace salus::jose {

// A kid is compared with other kids and nothing else, but it also reaches logs and file names of
// operators: 1 to 64 characters of A-Z a-z 0-9 . _ ~ - (the reference's rule JW3).
[[nodiscard]] bool is_key_id(std::string_view text) noexcept;

struct PublicKey {
    std::string kid;
    crypto::VerifyingKey key;
    // `alg` of the JWK: the only algorithm that this key may verify (RFC 8725 section 3.1).
    // Without it, the algorithms that fit the key's type.
    std::optional<crypto::SignatureAlgorithm> algorithm;

    [[nodiscard]] bool permits(crypto::SignatureAlgorithm candidate) const noexcept;
};

class KeySet {
public:
    // A JWK Set (RFC 7517 section 5) of public keys. Errc::invalid when the text is not one, when
    // two keys have one kid, and when any key has private or symmetric members: those must never
    // travel, so the whole set is suspect. Keys that cannot verify here are left out, as the RFC
    // asks: unknown `kty`, `crv` or `alg`, a `use` other than sig, `key_ops` without verify, no
    // usable kid, RSA below 2048 bits, points off the curve. Errc::too_large beyond
    // limits::kKeySetBytes or limits::kKeySetKeys.
    static Result<KeySet> parse(std::string text);

    // Nothing if no key has this kid. The pointer lives as long as the set.
    [[nodiscard]] PublicKey const* find(std::string_view kid) const noexcept;
    // Whether one of the keys has this hash: SHA-256 of its SubjectPublicKeyInfo in DER.
    [[nodiscard]] bool holds(crypto::Sha256Digest const& key) const;
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

private:
    std::vector<PublicKey> keys_;
};

// One public JWK with kid, alg and use. REQUIRES: key.fits(algorithm).
[[nodiscard]] std::string to_jwk(crypto::VerifyingKey const& key, std::string_view kid,
                                 crypto::SignatureAlgorithm algorithm);
// {"keys":[...]}. REQUIRES: each element is a JWK.
[[nodiscard]] std::string to_key_set(std::vector<std::string> const& jwks);
// RFC 7638 with SHA-256, in base64url: a name that follows from the key.
[[nodiscard]] std::string thumbprint(crypto::VerifyingKey const& key);

struct PrivateKey {
    crypto::SigningKey key;
    std::string kid;

    // One private EC JWK, P-256 or P-384. Errc::invalid also when x and y do not belong to d, when
    // `alg` does not fit the curve, and when there is no kid. The text is scrubbed.
    static Result<PrivateKey> parse(std::string text);
    // REQUIRES: an EC key.
    [[nodiscard]] SecretBytes to_jwk() const;
};

}  // namespace salus::jose

// Digital signatures: ECDSA P-256/P-384 (FIPS 186-5), RSA PKCS#1 v1.5 and PSS (RFC 8017), Ed25519
// (RFC 8032). ECDSA signatures are the raw r || s of JOSE (RFC 7518 section 3.4), exact length.
// Thread safety: keys are immutable, any thread.
#pragma once

#include <memory>
#include <string>

#include "crypto/random.h"
#include "foundation/result.h"
#include "foundation/secret.h"

namespace salus::crypto {

enum class SignatureAlgorithm { es256, es384, rs256, rs384, rs512, ps256, ps384, ps512, ed25519 };
enum class Curve { p256, p384 };

class VerifyingKey {
public:
    // Uncompressed coordinates, each exactly 32 or 48 bytes; the point must be on the curve.
    static Result<VerifyingKey> from_ec(Curve curve, BytesView x, BytesView y);
    // Modulus of 2048 to 8192 bits; exponent odd, at least 3 and of at most 64 bits (RFC 7518
    // section 3.3, RFC 8017 section 3.1). Keys with the ROCA fingerprint (CVE-2017-15361) are
    // refused.
    static Result<VerifyingKey> from_rsa(BytesView modulus, BytesView exponent);
    static Result<VerifyingKey> from_ed25519(BytesView key);
    // SubjectPublicKeyInfo, DER.
    static Result<VerifyingKey> from_spki(BytesView der);

    VerifyingKey(VerifyingKey&&) noexcept;
    VerifyingKey& operator=(VerifyingKey&&) noexcept;
    VerifyingKey(VerifyingKey const&);
    VerifyingKey& operator=(VerifyingKey const&);
    ~VerifyingKey();

    // False for a wrong signature, a wrong length and an algorithm that does not fit the key.
    [[nodiscard]] bool verify(SignatureAlgorithm algorithm, BytesView message,
                              BytesView signature) const;
    [[nodiscard]] bool fits(SignatureAlgorithm algorithm) const noexcept;
    [[nodiscard]] Bytes spki() const;
    // For a JWK: x and y of an EC key, or the raw Ed25519 key in x. Errc::invalid for RSA.
    struct Coordinates {
        Bytes x;
        Bytes y;
    };
    [[nodiscard]] Result<Coordinates> coordinates() const;
    // For the JWK of an RSA key: big endian without leading zeros. Errc::invalid for other keys.
    struct Numbers {
        Bytes modulus;
        Bytes exponent;
    };
    [[nodiscard]] Result<Numbers> numbers() const;

private:
    friend class SigningKey;
    struct State;
    explicit VerifyingKey(std::shared_ptr<State const> state);
    std::shared_ptr<State const> state_;  // shared by copies of this value; immutable
};

class SigningKey {
public:
    // es256, es384, ed25519, or rs256: 3072 bits, the strength of P-256 (SP 800-57 part 1, table
    // 2), which takes up to a second.
    static SigningKey generate(SignatureAlgorithm algorithm);
    // PKCS#8, DER, unencrypted: how a key looks inside a sealed file. An RSA key signs by RS256.
    static Result<SigningKey> from_pkcs8(SecretBytes const& der);
    [[nodiscard]] SecretBytes to_pkcs8() const;
    // For a private JWK: the scalar d of an EC key (32 or 48 bytes, RFC 7518 section 6.2.2), and
    // back. from_ec derives the public key; Errc::invalid for a scalar outside [1, n-1].
    static Result<SigningKey> from_ec(Curve curve, SecretBytes const& scalar);
    [[nodiscard]] Result<SecretBytes> ec_scalar() const;

    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    ~SigningKey();

    [[nodiscard]] SignatureAlgorithm algorithm() const noexcept;
    [[nodiscard]] Bytes sign(BytesView message) const;
    [[nodiscard]] VerifyingKey verifying_key() const;

private:
    struct State;
    explicit SigningKey(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace salus::crypto

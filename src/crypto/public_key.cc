#include "crypto/public_key.h"

#include <algorithm>
#include <openssl/rsa.h>
#include <string_view>

namespace salus::crypto {
namespace {

constexpr int kSmallestModulusBits = 2048;
constexpr int kLargestModulusBits = 8192;
constexpr int kLargestExponentBits = 64;  // verifying costs time in proportion

BigNumber number_parameter(EVP_PKEY* key, char const* name) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    return BigNumber(number);
}

// CVE-2017-15361: these generators made primes that are powers of 65537 modulo many small primes,
// and such a modulus can be factored. An honest one passes for such with chance below 2^-27.
bool has_roca_fingerprint(BIGNUM const* modulus) {
    constexpr std::array<unsigned, 17> kPrimes{11, 13, 17,  19,  37,  53,  61,  71, 73,
                                               79, 97, 103, 107, 109, 127, 151, 157};
    constexpr unsigned kGenerator = 65537;
    return std::ranges::all_of(kPrimes, [modulus](unsigned prime) {
        auto const residue = static_cast<unsigned>(BN_mod_word(modulus, prime));
        auto power = 1U;
        for (auto i = 0U; i < prime; ++i) {
            if (power == residue) return true;
            power = power * kGenerator % prime;
        }
        return false;
    });
}

Result<KeyFamily> classify_rsa(EVP_PKEY* key) {
    auto const modulus = number_parameter(key, OSSL_PKEY_PARAM_RSA_N);
    auto const exponent = number_parameter(key, OSSL_PKEY_PARAM_RSA_E);
    if (!modulus || !exponent) return fail(Errc::invalid, "not an RSA public key");
    auto const bits = BN_num_bits(modulus.get());
    if (bits < kSmallestModulusBits || bits > kLargestModulusBits) {
        return fail(Errc::invalid, "an RSA modulus must have 2048 to 8192 bits");
    }
    if (BN_is_odd(modulus.get()) == 0 || BN_is_odd(exponent.get()) == 0 ||
        BN_is_one(exponent.get()) == 1 || BN_num_bits(exponent.get()) > kLargestExponentBits) {
        return fail(Errc::invalid, "the numbers of an RSA key are out of range");
    }
    if (has_roca_fingerprint(modulus.get())) {
        return fail(Errc::invalid, "an RSA key was made by a broken generator");
    }
    return KeyFamily::rsa;
}

Result<KeyFamily> classify_ec(EVP_PKEY* key) {
    std::array<char, 32> name{};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) {
        return fail(Errc::invalid, "an EC key must be on a named curve");
    }
    std::string_view const curve(name.data(), length);
    auto const known = curve == group_name(Curve::p256) || curve == group_name(Curve::p384);
    if (!known) return fail(Errc::invalid, "an EC key must be on P-256 or P-384");
    PkeyContext const check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    SALUS_CHECK(check != nullptr);
    if (EVP_PKEY_public_check(check.get()) != 1) {
        return fail(Errc::invalid, "the point of an EC key is not on its curve");
    }
    return curve == group_name(Curve::p256) ? KeyFamily::p256 : KeyFamily::p384;
}

bool is_pss(SignatureAlgorithm algorithm) noexcept {
    return algorithm == SignatureAlgorithm::ps256 || algorithm == SignatureAlgorithm::ps384 ||
           algorithm == SignatureAlgorithm::ps512;
}

}  // namespace

bool fits(KeyFamily family, SignatureAlgorithm algorithm) noexcept {
    switch (algorithm) {
        case SignatureAlgorithm::es256: return family == KeyFamily::p256;
        case SignatureAlgorithm::es384: return family == KeyFamily::p384;
        case SignatureAlgorithm::rs256:
        case SignatureAlgorithm::rs384:
        case SignatureAlgorithm::rs512:
        case SignatureAlgorithm::ps256:
        case SignatureAlgorithm::ps384:
        case SignatureAlgorithm::ps512: return family == KeyFamily::rsa;
        case SignatureAlgorithm::ed25519: return family == KeyFamily::ed25519;
    }
    return false;
}

Digest digest_of(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::es256:
        case SignatureAlgorithm::rs256:
        case SignatureAlgorithm::ps256: return Digest::sha256;
        case SignatureAlgorithm::es384:
        case SignatureAlgorithm::rs384:
        case SignatureAlgorithm::ps384: return Digest::sha384;
        case SignatureAlgorithm::rs512:
        case SignatureAlgorithm::ps512: return Digest::sha512;
        case SignatureAlgorithm::ed25519: break;
    }
    SALUS_CHECK(false);
    return Digest::sha256;
}

std::size_t coordinate_size(KeyFamily family) {
    SALUS_CHECK(family == KeyFamily::p256 || family == KeyFamily::p384);
    return family == KeyFamily::p256 ? 32 : 48;
}

char const* group_name(Curve curve) noexcept {
    return curve == Curve::p256 ? "prime256v1" : "secp384r1";
}

Result<KeyFamily> classify(EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "RSA") == 1) return classify_rsa(key);
    if (EVP_PKEY_is_a(key, "EC") == 1) return classify_ec(key);
    if (EVP_PKEY_is_a(key, "ED25519") == 1) return KeyFamily::ed25519;
    return fail(Errc::invalid, "a key must be RSA, EC or Ed25519");
}

Bytes spki_of(EVP_PKEY* key) {
    auto const size = i2d_PUBKEY(key, nullptr);
    SALUS_CHECK(size > 0);
    Bytes der(static_cast<std::size_t>(size));
    auto* out = der.data();
    SALUS_CHECK(i2d_PUBKEY(key, &out) == size);
    return der;
}

void set_scheme(EVP_PKEY_CTX& context, SignatureAlgorithm algorithm) {
    if (is_pss(algorithm)) {
        // RFC 7518 section 3.5: the salt is as long as the hash.
        SALUS_CHECK(EVP_PKEY_CTX_set_rsa_padding(&context, RSA_PKCS1_PSS_PADDING) == 1);
        SALUS_CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(&context, RSA_PSS_SALTLEN_DIGEST) == 1);
    } else if (fits(KeyFamily::rsa, algorithm)) {
        SALUS_CHECK(EVP_PKEY_CTX_set_rsa_padding(&context, RSA_PKCS1_PADDING) == 1);
    }
    SALUS_CHECK(EVP_PKEY_CTX_set_signature_md(&context, digest_algorithm(digest_of(algorithm))) ==
                1);
}

}  // namespace salus::crypto

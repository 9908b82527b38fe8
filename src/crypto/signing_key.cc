#include <openssl/err.h>
#include <openssl/param_build.h>

#include "crypto/public_key.h"

namespace salus::crypto {
namespace {

using Parameters = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;
using ParameterBuilder = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Pkcs8 = OpensslPtr<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using Group = OpensslPtr<EC_GROUP, EC_GROUP_free>;
using Point = OpensslPtr<EC_POINT, EC_POINT_free>;

constexpr std::size_t kModulusBits = 3'072;

Result<SignatureAlgorithm> algorithm_of(EVP_PKEY* key) {
    SALUS_TRY(auto const family, classify(key));
    switch (family) {
        case KeyFamily::p256: return SignatureAlgorithm::es256;
        case KeyFamily::p384: return SignatureAlgorithm::es384;
        case KeyFamily::ed25519: return SignatureAlgorithm::ed25519;
        case KeyFamily::rsa: break;
    }
    return SignatureAlgorithm::rs256;
}

bool is_consistent(EVP_PKEY* key) {
    PkeyContext const check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    SALUS_CHECK(check != nullptr);
    return EVP_PKEY_pairwise_check(check.get()) == 1;
}

// The public point of a scalar, uncompressed; empty when the scalar is outside [1, n-1].
Bytes public_point(EC_GROUP const& group, BIGNUM const& scalar, std::size_t size) {
    if (BN_is_zero(&scalar) || BN_cmp(&scalar, EC_GROUP_get0_order(&group)) >= 0) return {};
    Point const point(EC_POINT_new(&group));
    Bytes bytes(1 + 2 * size);
    SALUS_CHECK(point != nullptr);
    SALUS_CHECK(EC_POINT_mul(&group, point.get(), &scalar, nullptr, nullptr, nullptr) == 1);
    SALUS_CHECK(EC_POINT_point2oct(&group, point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes.data(),
                                   bytes.size(), nullptr) == bytes.size());
    return bytes;
}

}  // namespace

struct SigningKey::State {
    State(Pkey owned, SignatureAlgorithm kind) : key(std::move(owned)), algorithm(kind) {
        if (algorithm == SignatureAlgorithm::ed25519) {
            ready_ed25519.reset(EVP_MD_CTX_new());
            SALUS_CHECK(ready_ed25519 != nullptr);
            SALUS_CHECK(EVP_DigestSignInit_ex(ready_ed25519.get(), nullptr, nullptr, nullptr,
                                              nullptr, key.get(), nullptr) == 1);
            return;
        }
        ready.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
        SALUS_CHECK(ready != nullptr);
        SALUS_CHECK(EVP_PKEY_sign_init(ready.get()) == 1);
        set_scheme(*ready, algorithm);
    }

    Pkey key;
    SignatureAlgorithm algorithm;
    PkeyContext ready;            // prepared once, copied for each signature
    DigestContext ready_ed25519;  // the same for EdDSA, which hashes inside
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

SigningKey SigningKey::generate(SignatureAlgorithm algorithm) {
    auto const generate_ec = [](Curve curve) {
        return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group_name(curve)));
    };
    Pkey key;
    if (algorithm == SignatureAlgorithm::es256) key = generate_ec(Curve::p256);
    if (algorithm == SignatureAlgorithm::es384) key = generate_ec(Curve::p384);
    if (algorithm == SignatureAlgorithm::ed25519) {
        key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    }
    if (algorithm == SignatureAlgorithm::rs256) {
        key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kModulusBits));
    }
    SALUS_CHECK(key != nullptr);
    return SigningKey(std::make_unique<State>(std::move(key), algorithm));
}

Result<SigningKey> SigningKey::from_pkcs8(SecretBytes const& der) {
    auto const* in = der.reveal().data();
    auto const* const end = in + der.size();
    Pkcs8 const info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &in, static_cast<long>(der.size())));
    Pkey key(info && in == end ? EVP_PKCS82PKEY_ex(info.get(), nullptr, nullptr) : nullptr);
    if (!key) {
        ERR_clear_error();
        return fail(Errc::invalid, "not a private key in PKCS#8");
    }
    SALUS_TRY(auto const algorithm, algorithm_of(key.get()));
    if (!is_consistent(key.get())) {
        ERR_clear_error();
        return fail(Errc::invalid, "the private and public parts of a key do not match");
    }
    return SigningKey(std::make_unique<State>(std::move(key), algorithm));
}

SecretBytes SigningKey::to_pkcs8() const {
    Pkcs8 const info(EVP_PKEY2PKCS8(state_->key.get()));
    SALUS_CHECK(info != nullptr);
    auto const size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
    SALUS_CHECK(size > 0);
    SecretBytes der(static_cast<std::size_t>(size));
    auto* out = der.mutable_bytes().data();
    SALUS_CHECK(i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out) == size);
    return der;
}

Result<SigningKey> SigningKey::from_ec(Curve curve, SecretBytes const& scalar) {
    auto const size = coordinate_size(family_of(curve));
    if (scalar.size() != size) return fail(Errc::invalid, "an EC scalar has the wrong length");
    Group const group(EC_GROUP_new_by_curve_name(OBJ_txt2nid(group_name(curve))));
    BigNumber const number(BN_secure_new());
    SALUS_CHECK(group && number);
    SALUS_CHECK(BN_bin2bn(scalar.reveal().data(), static_cast<int>(size), number.get()) != nullptr);
    auto const point = public_point(*group, *number, size);
    if (point.empty()) return fail(Errc::invalid, "an EC scalar is out of range");

    ParameterBuilder const builder(OSSL_PARAM_BLD_new());
    SALUS_CHECK(builder != nullptr);
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name(curve),
                                    0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
    Parameters const parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    PkeyContext const context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    SALUS_CHECK(parameters && context);
    EVP_PKEY* raw = nullptr;
    SALUS_CHECK(EVP_PKEY_fromdata_init(context.get()) == 1);
    if (EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
        ERR_clear_error();
        return fail(Errc::invalid, "not an EC private key");
    }
    Pkey key(raw);
    SALUS_TRY(auto const algorithm, algorithm_of(key.get()));
    return SigningKey(std::make_unique<State>(std::move(key), algorithm));
}

Result<SecretBytes> SigningKey::ec_scalar() const {
    bool const is_ec =
        algorithm() == SignatureAlgorithm::es256 || algorithm() == SignatureAlgorithm::es384;
    if (!is_ec) return fail(Errc::invalid, "not an EC key");
    BIGNUM* raw = nullptr;
    SALUS_CHECK(EVP_PKEY_get_bn_param(state_->key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &raw) == 1);
    BigNumber const number(raw);
    auto const size = algorithm() == SignatureAlgorithm::es256 ? 32 : 48;
    SecretBytes scalar(static_cast<std::size_t>(size));
    SALUS_CHECK(BN_bn2binpad(number.get(), scalar.mutable_bytes().data(), size) == size);
    return scalar;
}

SignatureAlgorithm SigningKey::algorithm() const noexcept {
    return state_->algorithm;
}

Bytes SigningKey::sign(BytesView message) const {
    if (algorithm() == SignatureAlgorithm::ed25519) {
        DigestContext const context(EVP_MD_CTX_new());
        SALUS_CHECK(context != nullptr);
        SALUS_CHECK(EVP_MD_CTX_copy_ex(context.get(), state_->ready_ed25519.get()) == 1);
        Bytes signature(64);
        auto size = signature.size();
        SALUS_CHECK(EVP_DigestSign(context.get(), signature.data(), &size, message.data(),
                                   message.size()) == 1);
        SALUS_CHECK(size == signature.size());
        return signature;
    }
    std::array<std::uint8_t, 64> buffer;
    auto const digest = std::span(buffer).first(digest_size(digest_of(algorithm())));
    hash(digest_of(algorithm()), {message}, digest);
    PkeyContext const context(EVP_PKEY_CTX_dup(state_->ready.get()));
    SALUS_CHECK(context != nullptr);
    Bytes der(static_cast<std::size_t>(EVP_PKEY_get_size(state_->key.get())));
    auto size = der.size();
    SALUS_CHECK(EVP_PKEY_sign(context.get(), der.data(), &size, digest.data(), digest.size()) == 1);
    if (algorithm() == SignatureAlgorithm::rs256) return der;  // as long as the modulus
    auto const half = algorithm() == SignatureAlgorithm::es256 ? 32U : 48U;
    auto raw = ecdsa_to_raw(BytesView(der).first(size), half);
    SALUS_CHECK(!raw.empty());
    return raw;
}

VerifyingKey SigningKey::verifying_key() const {
    auto key = VerifyingKey::from_spki(spki_of(state_->key.get()));
    SALUS_CHECK(key.has_value());
    return *std::move(key);
}

}  // namespace salus::crypto

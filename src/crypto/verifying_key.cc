#include <algorithm>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "crypto/public_key.h"

namespace salus::crypto {
namespace {

using ParameterBuilder = OpensslPtr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Parameters = OpensslPtr<OSSL_PARAM, OSSL_PARAM_free>;

Pkey public_key_from(char const* kind, OSSL_PARAM_BLD& builder) {
    Parameters const parameters(OSSL_PARAM_BLD_to_param(&builder));
    PkeyContext const context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    SALUS_CHECK(parameters && context);
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    return Pkey(key);
}

PkeyContext prepare(EVP_PKEY* key, SignatureAlgorithm algorithm) {
    PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    SALUS_CHECK(context != nullptr);
    SALUS_CHECK(EVP_PKEY_verify_init(context.get()) == 1);
    set_scheme(*context, algorithm);
    return context;
}

bool verify_ed25519(EVP_MD_CTX* ready, BytesView message, BytesView signature) {
    DigestContext const context(EVP_MD_CTX_new());
    SALUS_CHECK(context != nullptr);
    SALUS_CHECK(EVP_MD_CTX_copy_ex(context.get(), ready) == 1);
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

bool verify_hashed(EVP_PKEY_CTX* ready, SignatureAlgorithm algorithm, BytesView message,
                   BytesView signature) {
    std::array<std::uint8_t, 64> buffer;
    auto const digest = std::span(buffer).first(digest_size(digest_of(algorithm)));
    hash(digest_of(algorithm), {message}, digest);
    PkeyContext const context(EVP_PKEY_CTX_dup(ready));
    SALUS_CHECK(context != nullptr);
    return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(),
                           digest.size()) == 1;
}

Bytes coordinate(EVP_PKEY* key, char const* name, std::size_t size) {
    BIGNUM* number = nullptr;
    SALUS_CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
    BigNumber const owner(number);
    Bytes bytes(size);
    SALUS_CHECK(BN_bn2binpad(number, bytes.data(), static_cast<int>(size)) ==
                static_cast<int>(size));
    return bytes;
}

Bytes number(EVP_PKEY* key, char const* name) {
    BIGNUM* raw = nullptr;
    SALUS_CHECK(EVP_PKEY_get_bn_param(key, name, &raw) == 1);
    BigNumber const owner(raw);
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(raw)));
    BN_bn2bin(raw, bytes.data());
    return bytes;
}

}  // namespace

VerifyingKey::State::State(Pkey checked, KeyFamily kind) : key(std::move(checked)), family(kind) {
    if (family == KeyFamily::ed25519) {
        ready_ed25519.reset(EVP_MD_CTX_new());
        SALUS_CHECK(ready_ed25519 != nullptr);
        SALUS_CHECK(EVP_DigestVerifyInit_ex(ready_ed25519.get(), nullptr, nullptr, nullptr, nullptr,
                                            key.get(), nullptr) == 1);
        return;
    }
    for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
        auto const algorithm = static_cast<SignatureAlgorithm>(i);
        if (crypto::fits(family, algorithm)) ready[i] = prepare(key.get(), algorithm);
    }
}

VerifyingKey::VerifyingKey(std::shared_ptr<State const> state) : state_(std::move(state)) {}
VerifyingKey::VerifyingKey(VerifyingKey&&) noexcept = default;
VerifyingKey& VerifyingKey::operator=(VerifyingKey&&) noexcept = default;
VerifyingKey::VerifyingKey(VerifyingKey const&) = default;
VerifyingKey& VerifyingKey::operator=(VerifyingKey const&) = default;
VerifyingKey::~VerifyingKey() = default;

Result<VerifyingKey> VerifyingKey::from_ec(Curve curve, BytesView x, BytesView y) {
    auto const size = coordinate_size(family_of(curve));
    if (x.size() != size || y.size() != size) {
        return fail(Errc::invalid, "an EC coordinate has the wrong length");
    }
    Bytes point{0x04};  // uncompressed, SEC 1 section 2.3.3
    append(point, x);
    append(point, y);
    ParameterBuilder const builder(OSSL_PARAM_BLD_new());
    SALUS_CHECK(builder != nullptr);
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name(curve),
                                    0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    auto key = public_key_from("EC", *builder);
    if (!key) return fail(Errc::invalid, "the point of an EC key is not on its curve");
    SALUS_TRY(auto const family, classify(key.get()));
    return VerifyingKey(std::make_shared<State const>(std::move(key), family));
}

Result<VerifyingKey> VerifyingKey::from_rsa(BytesView modulus, BytesView exponent) {
    constexpr std::size_t kLargestNumber = 1024;  // bytes, before any arithmetic
    if (modulus.size() > kLargestNumber || exponent.size() > kLargestNumber) {
        return fail(Errc::invalid, "an RSA modulus must have 2048 to 8192 bits");
    }
    BigNumber const n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
    BigNumber const e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
    ParameterBuilder const builder(OSSL_PARAM_BLD_new());
    SALUS_CHECK(n && e && builder);
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    auto key = public_key_from("RSA", *builder);
    if (!key) return fail(Errc::invalid, "not an RSA public key");
    SALUS_TRY(auto const family, classify(key.get()));
    return VerifyingKey(std::make_shared<State const>(std::move(key), family));
}

Result<VerifyingKey> VerifyingKey::from_ed25519(BytesView bytes) {
    constexpr std::size_t kSize = 32;
    if (bytes.size() != kSize) return fail(Errc::invalid, "an Ed25519 key has 32 bytes");
    Pkey key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes.data(), kSize));
    if (!key) return fail(Errc::invalid, "not an Ed25519 public key");
    return VerifyingKey(std::make_shared<State const>(std::move(key), KeyFamily::ed25519));
}

Result<VerifyingKey> VerifyingKey::from_spki(BytesView der) {
    auto const* in = der.data();
    Pkey key(d2i_PUBKEY_ex(nullptr, &in, static_cast<long>(der.size()), nullptr, nullptr));
    if (!key || in != der.data() + der.size()) {
        ERR_clear_error();
        return fail(Errc::invalid, "not a public key in DER");
    }
    SALUS_TRY(auto const family, classify(key.get()));
    return VerifyingKey(std::make_shared<State const>(std::move(key), family));
}

bool VerifyingKey::verify(SignatureAlgorithm algorithm, BytesView message,
                          BytesView signature) const {
    if (!fits(algorithm)) return false;
    auto good = false;
    if (state_->family == KeyFamily::ed25519) {
        good = verify_ed25519(state_->ready_ed25519.get(), message, signature);
    } else if (state_->family == KeyFamily::rsa) {
        auto const size = static_cast<std::size_t>(EVP_PKEY_get_size(state_->key.get()));
        good = signature.size() == size && verify_hashed(state_->ready[index_of(algorithm)].get(),
                                                         algorithm, message, signature);
    } else {
        good = signature.size() == 2 * coordinate_size(state_->family) &&
               verify_hashed(state_->ready[index_of(algorithm)].get(), algorithm, message,
                             ecdsa_to_der(signature));
    }
    if (!good) ERR_clear_error();
    return good;
}

bool VerifyingKey::fits(SignatureAlgorithm algorithm) const noexcept {
    return crypto::fits(state_->family, algorithm);
}

Bytes VerifyingKey::spki() const {
    return spki_of(state_->key.get());
}

Result<VerifyingKey::Coordinates> VerifyingKey::coordinates() const {
    auto* const key = state_->key.get();
    if (state_->family == KeyFamily::rsa) return fail(Errc::invalid, "an RSA key has no point");
    if (state_->family == KeyFamily::ed25519) {
        Bytes x(32);
        auto size = x.size();
        SALUS_CHECK(EVP_PKEY_get_raw_public_key(key, x.data(), &size) == 1);
        return Coordinates{std::move(x), {}};
    }
    auto const size = coordinate_size(state_->family);
    return Coordinates{coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, size),
                       coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, size)};
}

Result<VerifyingKey::Numbers> VerifyingKey::numbers() const {
    auto* const key = state_->key.get();
    if (state_->family != KeyFamily::rsa) return fail(Errc::invalid, "not an RSA key");
    return Numbers{number(key, OSSL_PKEY_PARAM_RSA_N), number(key, OSSL_PKEY_PARAM_RSA_E)};
}

}  // namespace salus::crypto

#include "crypto/openssl.h"

#include <algorithm>
#include <array>

namespace salus::crypto {
namespace {

using Md = OpensslPtr<EVP_MD, EVP_MD_free>;
using Cipher = OpensslPtr<EVP_CIPHER, EVP_CIPHER_free>;
using Mac = OpensslPtr<EVP_MAC, EVP_MAC_free>;

constexpr std::size_t kSha512Size = 64;

Md fetch_digest(char const* name) {
    Md md(EVP_MD_fetch(nullptr, name, nullptr));
    SALUS_CHECK(md != nullptr);
    return md;
}

// The digest of an HMAC context is named by a parameter, which is a fetch inside the provider; a
// copy of a prepared context is not.
MacContext prepare_hmac(char const* digest_name) {
    Mac const mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    SALUS_CHECK(mac != nullptr);
    MacContext context(EVP_MAC_CTX_new(mac.get()));
    SALUS_CHECK(context != nullptr);
    std::string name(digest_name);
    std::array const parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
        OSSL_PARAM_construct_end()};
    SALUS_CHECK(EVP_MAC_CTX_set_params(context.get(), parameters.data()) == 1);
    return context;
}

}  // namespace

EVP_MD const* digest_algorithm(Digest digest) {
    static Md const sha256 = fetch_digest("SHA2-256");
    static Md const sha384 = fetch_digest("SHA2-384");
    static Md const sha512 = fetch_digest("SHA2-512");
    switch (digest) {
        case Digest::sha256: return sha256.get();
        case Digest::sha384: return sha384.get();
        case Digest::sha512: return sha512.get();
    }
    SALUS_CHECK(false);
    return nullptr;
}

EVP_CIPHER const* aes_256_gcm() {
    static Cipher const cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
    SALUS_CHECK(cipher != nullptr);
    return cipher.get();
}

std::size_t digest_size(Digest digest) noexcept {
    switch (digest) {
        case Digest::sha256: return 32;
        case Digest::sha384: return 48;
        case Digest::sha512: return kSha512Size;
    }
    return 0;
}

void hash(Digest digest, std::initializer_list<BytesView> pieces, std::span<std::uint8_t> out) {
    SALUS_CHECK(out.size() == digest_size(digest));
    DigestContext const context(EVP_MD_CTX_new());
    SALUS_CHECK(context != nullptr);
    SALUS_CHECK(EVP_DigestInit_ex2(context.get(), digest_algorithm(digest), nullptr) == 1);
    for (auto const piece : pieces) {
        SALUS_CHECK(EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1);
    }
    SALUS_CHECK(EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
}

MacContext new_hmac(Digest digest) {
    static MacContext const sha256 = prepare_hmac("SHA2-256");
    static MacContext const sha512 = prepare_hmac("SHA2-512");
    SALUS_CHECK(digest != Digest::sha384);
    auto const& prepared = digest == Digest::sha256 ? sha256 : sha512;
    MacContext copy(EVP_MAC_CTX_dup(prepared.get()));
    SALUS_CHECK(copy != nullptr);
    return copy;
}

void set_key(EVP_MAC_CTX& hmac, BytesView key) {
    // A null pointer would mean "keep the last key", so an empty key needs an address.
    std::uint8_t const empty = 0;
    auto const* bytes = key.empty() ? &empty : key.data();
    SALUS_CHECK(EVP_MAC_init(&hmac, bytes, key.size(), nullptr) == 1);
}

void compute(EVP_MAC_CTX& hmac, std::initializer_list<BytesView> pieces,
             std::span<std::uint8_t> out) {
    SALUS_CHECK(EVP_MAC_init(&hmac, nullptr, 0, nullptr) == 1);
    for (auto const piece : pieces) {
        SALUS_CHECK(EVP_MAC_update(&hmac, piece.data(), piece.size()) == 1);
    }
    std::size_t written = 0;
    SALUS_CHECK(EVP_MAC_final(&hmac, out.data(), &written, out.size()) == 1);
    SALUS_CHECK(written == out.size());
}

void hkdf_expand(EVP_MAC_CTX& hmac_sha512, std::initializer_list<BytesView> info,
                 std::span<std::uint8_t> out) {
    SALUS_CHECK(out.size() <= 255 * kSha512Size);
    SecretBytes block(kSha512Size);
    std::size_t previous = 0;  // T(0) is empty
    std::uint8_t counter = 1;
    while (!out.empty()) {
        SALUS_CHECK(EVP_MAC_init(&hmac_sha512, nullptr, 0, nullptr) == 1);
        auto* const context = &hmac_sha512;
        SALUS_CHECK(EVP_MAC_update(context, block.reveal().data(), previous) == 1);
        for (auto const piece : info) {
            SALUS_CHECK(EVP_MAC_update(context, piece.data(), piece.size()) == 1);
        }
        SALUS_CHECK(EVP_MAC_update(context, &counter, 1) == 1);
        SALUS_CHECK(EVP_MAC_final(context, block.mutable_bytes().data(), nullptr, kSha512Size) ==
                    1);
        auto const count = std::min(out.size(), kSha512Size);
        std::ranges::copy(block.reveal().first(count), out.begin());
        out = out.subspan(count);
        previous = kSha512Size;
        ++counter;
    }
}

}  // namespace salus::crypto

#include "crypto/openssl.h"

#include "crypto/sha2.h"

namespace salus::crypto {
namespace {

using Md = OpensslPtr<EVP_MD, EVP_MD_free>;
using Cipher = OpensslPtr<EVP_CIPHER, EVP_CIPHER_free>;

Md fetch_digest(char const* name) {
    Md md(EVP_MD_fetch(nullptr, name, nullptr));
    SALUS_CHECK(md != nullptr);
    return md;
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
        case Digest::sha512: return 64;
    }
    return 0;
}

void hash(Digest digest, std::initializer_list<BytesView> pieces, std::span<std::uint8_t> out) {
    SALUS_CHECK(out.size() == digest_size(digest));
    if (digest == Digest::sha256) return Running<Sha256>().add(pieces).finish(out);
    if (digest == Digest::sha512) return Running<Sha512>().add(pieces).finish(out);
    DigestContext const context(EVP_MD_CTX_new());
    SALUS_CHECK(context != nullptr);
    SALUS_CHECK(EVP_DigestInit_ex2(context.get(), digest_algorithm(digest), nullptr) == 1);
    for (auto const piece : pieces) {
        SALUS_CHECK(EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1);
    }
    SALUS_CHECK(EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
}

}  // namespace salus::crypto

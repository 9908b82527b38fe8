// Inside the room: owners for OpenSSL's objects, and the algorithms that are fetched once per
// process (an implicit fetch per call takes a lock and is up to 150 % slower with two threads).
// Thread safety: fetched algorithms are immutable, any thread; a context belongs to one thread.
#pragma once

#include <initializer_list>
#include <memory>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <span>

#include "foundation/bytes.h"
#include "foundation/check.h"

namespace salus::crypto {

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
template <class T, auto Free>
using OpensslPtr = std::unique_ptr<T, FreeWith<Free>>;

using BigNumber = OpensslPtr<BIGNUM, BN_clear_free>;
using BioPtr = OpensslPtr<BIO, BIO_free_all>;
using CipherContext = OpensslPtr<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using DigestContext = OpensslPtr<EVP_MD_CTX, EVP_MD_CTX_free>;
using PkeyContext = OpensslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Pkey = OpensslPtr<EVP_PKEY, EVP_PKEY_free>;
using X509Ptr = OpensslPtr<X509, X509_free>;

enum class Digest { sha256, sha384, sha512 };

// Owned by the process.
[[nodiscard]] EVP_MD const* digest_algorithm(Digest digest);
[[nodiscard]] EVP_CIPHER const* aes_256_gcm();

[[nodiscard]] std::size_t digest_size(Digest digest) noexcept;

// The hash of the pieces put end to end. REQUIRES: out.size() == digest_size(digest).
void hash(Digest digest, std::initializer_list<BytesView> pieces, std::span<std::uint8_t> out);

}  // namespace salus::crypto

#include "crypto/sha1.h"

#include "crypto/openssl.h"

namespace salus::crypto {

Sha1Digest sha1(BytesView bytes) {
    Sha1Digest digest{};
    std::size_t size = 0;
    SALUS_CHECK(EVP_Q_digest(nullptr, "SHA1", nullptr, bytes.data(), bytes.size(), digest.data(),
                             &size) == 1 &&
                size == digest.size());
    return digest;
}

Sha1Digest hmac_sha1(BytesView key, BytesView message) {
    Sha1Digest code{};
    std::size_t size = 0;
    SALUS_CHECK(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA1", nullptr, key.data(), key.size(),
                          message.data(), message.size(), code.data(), code.size(),
                          &size) != nullptr &&
                size == code.size());
    return code;
}

}  // namespace salus::crypto

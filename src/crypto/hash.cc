#include "crypto/hash.h"

#include "crypto/openssl.h"

namespace salus::crypto {

Sha256Digest sha256(std::initializer_list<BytesView> pieces) {
    Sha256Digest digest;
    hash(Digest::sha256, pieces, digest);
    return digest;
}

Sha512Digest sha512(std::initializer_list<BytesView> pieces) {
    Sha512Digest digest;
    hash(Digest::sha512, pieces, digest);
    return digest;
}

}  // namespace salus::crypto

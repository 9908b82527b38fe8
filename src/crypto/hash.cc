#include "crypto/hash.h"

#include "crypto/sha2.h"

namespace salus::crypto {

Sha256Digest sha256(std::initializer_list<BytesView> pieces) {
    Sha256Digest digest;
    Running<Sha256>().add(pieces).finish(digest);
    return digest;
}

Sha512Digest sha512(std::initializer_list<BytesView> pieces) {
    Sha512Digest digest;
    Running<Sha512>().add(pieces).finish(digest);
    return digest;
}

}  // namespace salus::crypto

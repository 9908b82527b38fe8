#include "crypto/hmac.h"

#include "crypto/sha2.h"

namespace salus::crypto {

struct HmacSha256::State {
    HmacKey<Sha256> key;
};

HmacSha256::HmacSha256(SecretBytes const& key) : state_(new State{HmacKey<Sha256>(key.reveal())}) {}
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;
HmacSha256::~HmacSha256() = default;

Sha256Digest HmacSha256::of(std::initializer_list<BytesView> pieces) const {
    Sha256Digest code;
    state_->key.compute(pieces, code);
    return code;
}

Sha256Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> pieces) {
    Sha256Digest code;
    HmacKey<Sha256>(key).compute(pieces, code);
    return code;
}

Sha512Digest hmac_sha512(BytesView key, std::initializer_list<BytesView> pieces) {
    Sha512Digest code;
    HmacKey<Sha512>(key).compute(pieces, code);
    return code;
}

SecretBytes hkdf_expand_sha512(BytesView key, std::initializer_list<BytesView> info,
                               std::size_t size) {
    SecretBytes out(size);
    hkdf_expand(HmacKey<Sha512>(key), info, out.mutable_bytes());
    return out;
}

SecretBytes derive_key(SecretBytes const& key, std::string_view label, BytesView context) {
    constexpr std::size_t kKeyBytes = 32;
    std::uint8_t const separator = 0;
    return hkdf_expand_sha512(
        key.reveal(), {bytes_of("salus/"), bytes_of(label), BytesView(&separator, 1), context},
        kKeyBytes);
}

}  // namespace salus::crypto

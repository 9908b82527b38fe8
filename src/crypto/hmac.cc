#include "crypto/hmac.h"

#include "crypto/openssl.h"

namespace salus::crypto {

struct HmacSha256::State {
    MacContext context = new_hmac(Digest::sha256);
};

HmacSha256::HmacSha256(SecretBytes const& key) : state_(std::make_unique<State>()) {
    set_key(*state_->context, key.reveal());
}
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;
HmacSha256::~HmacSha256() = default;

Sha256Digest HmacSha256::of(std::initializer_list<BytesView> pieces) const {
    Sha256Digest code;
    compute(*state_->context, pieces, code);
    return code;
}

Sha256Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> pieces) {
    auto const context = new_hmac(Digest::sha256);
    set_key(*context, key);
    Sha256Digest code;
    compute(*context, pieces, code);
    return code;
}

Sha512Digest hmac_sha512(BytesView key, std::initializer_list<BytesView> pieces) {
    auto const context = new_hmac(Digest::sha512);
    set_key(*context, key);
    Sha512Digest code;
    compute(*context, pieces, code);
    return code;
}

SecretBytes hkdf_expand_sha512(BytesView key, std::initializer_list<BytesView> info,
                               std::size_t size) {
    auto const context = new_hmac(Digest::sha512);
    set_key(*context, key);
    SecretBytes out(size);
    hkdf_expand(*context, info, out.mutable_bytes());
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

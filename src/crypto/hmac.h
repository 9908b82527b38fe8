// HMAC (RFC 2104) with SHA-256 and SHA-512, and HKDF-Expand (RFC 5869 section 2.3) built on it.
// Thread safety: functions from any thread; a keyed object belongs to one thread.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>

#include "crypto/hash.h"
#include "foundation/secret.h"

namespace salus::crypto {

// A key that is used again and again (blind tokens, addresses): keyed once, then 0.3 us a message.
class HmacSha256 {
public:
    explicit HmacSha256(SecretBytes const& key);
    HmacSha256(HmacSha256&&) noexcept;
    HmacSha256& operator=(HmacSha256&&) noexcept;
    ~HmacSha256();
    // The code of the pieces put end to end. REQUIRES: the caller frames the pieces (lengths).
    [[nodiscard]] Sha256Digest of(std::initializer_list<BytesView> pieces) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] Sha256Digest hmac_sha256(BytesView key, std::initializer_list<BytesView> pieces);
[[nodiscard]] Sha512Digest hmac_sha512(BytesView key, std::initializer_list<BytesView> pieces);

// REQUIRES: size <= 255 * 64 (SHA-512) bytes.
[[nodiscard]] SecretBytes hkdf_expand_sha512(BytesView key, std::initializer_list<BytesView> info,
                                             std::size_t size);
// One 32-byte key for one use, from a key that is never used itself.
// info = "salus/" label || 0 || context.
[[nodiscard]] SecretBytes derive_key(SecretBytes const& key, std::string_view label,
                                     BytesView context);

}  // namespace salus::crypto

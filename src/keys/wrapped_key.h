// One 32-byte key wrapped by another (ENC-2): docs/formats/key-store.md.
//
//  0  2   'W' 'K' under a shard key, 'H' 'W' under a key of the KMS
//  2  1   format = 1
//  3  1   mechanism (WrappedBy)
//  4  16  id of the wrapping key
// 20  4   epoch of the wrapping key (u32, big endian)
// 24      by mechanism; a shard key and the sealed file: 112 bytes, a sealed record of the key
//         (crypto/sealed.h)
//
// The first 24 bytes are part of the record's context, so no byte can be changed. The record
// commits to its wrapping key: a wrapped key opens to the key that was wrapped or not at all.
// Thread safety: as the sealer.
#pragma once

#include "crypto/sealed.h"
#include "foundation/strong_id.h"

namespace salus::keys {

using KeyId = OpaqueId<struct KeyIdTag>;  // random; names one key for ever

enum class WrappedBy : std::uint8_t {  // DO NOT CHANGE: bound into wrapped keys
    shard_key = 1,
    sealed_file = 2,
    pkcs11 = 3,   // AES-GCM inside a token (keys/pkcs11)
    transit = 4,  // inside a vault (transit)
};

struct WrappingKeyName {
    WrappedBy mechanism = WrappedBy::shard_key;
    KeyId id;
    std::uint32_t epoch = 0;
    friend bool operator==(WrappingKeyName const&, WrappingKeyName const&) = default;
};

inline constexpr std::size_t kWrappingHeaderBytes = 24;
// The header, which every mechanism binds; and which key wrapped a blob, as its header claims:
// Errc::corrupt unless it begins with such a header.
[[nodiscard]] Bytes wrapping_header(WrappingKeyName const& name);
[[nodiscard]] Result<WrappingKeyName> read_wrapping_header(BytesView wrapped);

// Under a shard key or a key of the sealed file. REQUIRES: both keys have 32 bytes.
[[nodiscard]] Bytes wrap_key(crypto::Sealer& sealer, WrappingKeyName const& name,
                             SecretBytes const& wrapping_key, crypto::Context context,
                             std::uint32_t version, SecretBytes const& key);
// Which key wrapped it, as the blob claims. Errc::corrupt when it is not of this form.
[[nodiscard]] Result<WrappingKeyName> wrapping_key_of(BytesView wrapped);
// Errc::corrupt for everything but the key that was wrapped, in the context it was wrapped in.
[[nodiscard]] Result<SecretBytes> unwrap_key(crypto::Sealer& sealer,
                                             SecretBytes const& wrapping_key,
                                             crypto::Context context, BytesView wrapped);

}  // namespace salus::keys

// Inside the room: a key wrapped by a vault, as it is stored (docs/formats/key-store.md):
//
//  0  24  header (keys/wrapped_key.h), mechanism 4; the id is a hash of the key's name in the vault
// 24  4   version of the vault's key (u32, big endian)
// 28  92  vector, ciphertext and tag of 64 bytes: the key, and the SHA-256 of its context
//
// The vault's own text, "vault:v3:BASE64", has spellings that mean the same; this form has one.
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>

#include "crypto/sealed.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "keys/wrapped_key.h"

namespace salus::transit {

[[nodiscard]] keys::WrappingKeyName wrapping_name(std::string_view key_name, std::uint32_t epoch);
// From the vault's text. Errc::unavailable for another form: the vault is to blame.
[[nodiscard]] Result<Bytes> blob_of(keys::WrappingKeyName const& name, std::string_view vault_text);
// Back to it. Errc::corrupt unless the blob was made under this name.
[[nodiscard]] Result<std::string> vault_text_of(keys::WrappingKeyName const& name, BytesView blob);

// What the vault wraps: the key, and what it is bound to. REQUIRES: 32 bytes.
[[nodiscard]] SecretBytes bind(SecretBytes const& key, BytesView context);
// Errc::corrupt when it was bound to another context.
[[nodiscard]] Result<SecretBytes> unbind(SecretBytes const& bound, BytesView context);

}  // namespace salus::transit

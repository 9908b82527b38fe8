// Inside the room: members that public and private JWKs share. Any thread.
#pragma once

#include <optional>
#include <string>

#include "crypto/signature.h"
#include "foundation/bytes.h"
#include "jose/jwk.h"
#include "json/document.h"

namespace salus::jose {

// The strict base64url value of a member; nothing if absent, no string or not base64url.
[[nodiscard]] std::optional<Bytes> bytes_member(json::Value object, std::string_view name);
[[nodiscard]] std::optional<crypto::Curve> curve_named(std::string_view name) noexcept;
// "P-256", "P-384" or "Ed25519". REQUIRES: not an RSA key.
[[nodiscard]] std::string_view curve_name(crypto::VerifyingKey const& key);

// Private or symmetric members (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1).
[[nodiscard]] bool has_secret_members(json::Value jwk);
// The key of a public JWK, without its kid. Nothing when it cannot verify here, as KeySet::parse
// says.
[[nodiscard]] std::optional<PublicKey> usable_key(json::Value jwk);

}  // namespace salus::jose

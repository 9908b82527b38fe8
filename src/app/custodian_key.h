// A custodian's key pair in a file of his own: PKCS#8 in PEM (RFC 7468), as openssl reads and
// writes it, readable by its owner alone. It never comes to the server.
#pragma once

#include <filesystem>
#include <string>

#include "crypto/signature.h"
#include "foundation/result.h"

namespace salus::app {

// Ed25519. The public key as a set of custodians names it: SubjectPublicKeyInfo, base64.
// Errc::conflict: the file exists.
[[nodiscard]] Result<std::string> make_custodian_key(std::filesystem::path const& file);
// Errc::forbidden: others than its owner may read it; Errc::invalid: not such a key.
[[nodiscard]] Result<crypto::SigningKey> read_custodian_key(std::filesystem::path const& file);

}  // namespace salus::app

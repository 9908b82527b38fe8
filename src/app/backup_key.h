// The key that signs the manifests of backups: P-256, sealed under the instance root, made at first
// use. Its public half is published as keys/backup-signing.pem, for the operator to keep apart.
// Thread safety: any thread, one at a time. May block, as the key management service may.
#pragma once

#include "app/instance.h"
#include "crypto/signature.h"

namespace salus::app {

// Makes the key if the instance has none. Errors of the key management service and of the files.
[[nodiscard]] Result<crypto::SigningKey> backup_signing_key(Layout const& layout,
                                                            std::string const& realm,
                                                            keys::KeyManagementService& service,
                                                            crypto::Random& random);

}  // namespace salus::app

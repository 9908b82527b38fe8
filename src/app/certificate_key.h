// The instance's key that signs certificates of destruction: Ed25519, sealed under a key that the
// key management service guards, its public part in a file beside it (PEM, RFC 7468).
#pragma once

#include "app/instance.h"

namespace salus::app {

// Made at first use, durably. May block, as the key management service may.
[[nodiscard]] Result<crypto::SigningKey> open_certificate_key(Layout const& layout,
                                                              std::string const& realm,
                                                              keys::KeyManagementService& service,
                                                              crypto::Random& random);

}  // namespace salus::app

// Tokens that are bound to a TLS client certificate (RFC 8705 section 3): its name in them. IAM-9.
// What counts is the certificate that the connection's handshake proved; no header says anything
// about one. Any thread.
#pragma once

#include <string>

#include "http/message.h"

namespace salus::authentication {

// `x5t#S256`: base64url of the SHA-256 of the certificate in DER; empty: the connection has none.
[[nodiscard]] inline std::string certificate_thumbprint(http::Peer const& peer) {
    return peer.certificate ? to_base64url(*peer.certificate) : std::string();
}

}  // namespace salus::authentication

// Whether the certificate of a connection proves a client (RFC 8705): by a key that is registered
// (section 2.2), or by a name that an authority vouches for (section 2.1). IAM-2. Any thread.
#pragma once

#include <span>

#include "crypto/presented_certificate.h"
#include "foundation/clock.h"
#include "http/message.h"
#include "oauth/client.h"

namespace salus::oauth {

// Whether the certificate has the name that the client registered, and leads to one of the
// authorities, at this time, as a certificate for TLS clients. Revocation is not asked for: an
// authority that ends a name's certificate is told to us by removing the client, or by short lives.
[[nodiscard]] bool is_vouched_for(Client const& client, http::Peer const& peer,
                                  std::span<crypto::PresentedCertificate const> authorities,
                                  WallTime now);

}  // namespace salus::oauth

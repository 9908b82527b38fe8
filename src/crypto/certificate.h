// X.509 certificates (RFC 5280) for a local certificate authority. Any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "crypto/signature.h"
#include "foundation/clock.h"

namespace salus::crypto {

struct CertificateAuthority {
    std::string certificate_pem;
    SecretBytes key_pkcs8;
};
struct ServerCertificate {
    std::string chain_pem;  // server certificate, then the authority's
    SecretBytes key_pem;    // PKCS#8
};

// A self-signed authority with an ECDSA P-256 key: CA:TRUE, pathlen 0, keyCertSign and cRLSign.
[[nodiscard]] Result<CertificateAuthority> make_certificate_authority(std::string_view common_name,
                                                                      WallTime now,
                                                                      std::chrono::days life);
// A serverAuth certificate for these DNS names and IP addresses, in subjectAltName.
[[nodiscard]] Result<ServerCertificate> issue_server_certificate(
    CertificateAuthority const& authority, std::vector<std::string> const& names, WallTime now,
    std::chrono::days life);
// A self-signed clientAuth certificate with an ECDSA P-256 key, for a server that pins that key.
[[nodiscard]] Result<ServerCertificate> make_client_certificate(std::string_view common_name,
                                                                WallTime now,
                                                                std::chrono::days life);
// SHA-256 of the SubjectPublicKeyInfo of the first certificate in a PEM file, as RFC 7469 section
// 2.4 pins a key. Errc::invalid: there is none.
[[nodiscard]] Result<Sha256Digest> certificate_key(std::string_view pem);
// The end of the first certificate in a PEM file, for `salus check` and renewal.
[[nodiscard]] Result<WallTime> certificate_expiry(std::string_view pem);

}  // namespace salus::crypto

// How a listener answers one kind of TLS handshake: for `salus check`, which looks at its own
// listener as an attacker would (TRN-1). Trusts every certificate and sends nothing but the
// handshake. Blocks. Thread safety: any thread.
#pragma once

#include <chrono>
#include <string>

#include "crypto/hash.h"
#include "foundation/file.h"
#include "foundation/result.h"

namespace salus::crypto {

enum class TlsOffer {
    tls_1_3,
    tls_1_2,
    tls_1_2_weak_suites,  // CBC modes and RSA key exchange: nothing with AEAD and ECDHE
    tls_1_1,
    tls_1_0,
};

struct TlsAnswer {
    bool accepted = false;
    std::string version;  // "TLSv1.3"
    std::string cipher;
    Sha256Digest certificate{};  // of the listener's certificate, DER
};

// Errc::unavailable when nobody listens; Errc::not_supported when the TLS library did not send this
// offer, so that a refusal would prove nothing.
[[nodiscard]] Result<TlsAnswer> probe_tls(std::string const& host, std::uint16_t port,
                                          TlsOffer offer, std::chrono::milliseconds timeout);
// A blocking TCP connection with this time limit on each operation. Errc::unavailable.
[[nodiscard]] Result<FileDescriptor> connect_blocking(std::string const& host, std::uint16_t port,
                                                      std::chrono::milliseconds timeout);

}  // namespace salus::crypto

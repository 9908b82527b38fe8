// A TLS connection to a server for who may wait: each operation has an end in time. It trusts only
// the authorities given, checks the server's name (RFC 6125), and can hold the server to one public
// key. Thread safety: one thread at a time; a process that uses it ignores SIGPIPE.
// Errors: Errc::unavailable when nobody answers or the connection fails, Errc::timeout.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "crypto/tls.h"

namespace salus::crypto {

struct TlsPeer {
    std::string host;  // a name or an address; checked against the certificate
    std::uint16_t port = 0;
    std::string authorities_pem;
    // If set, the server's key must have this hash too (RFC 7469 section 2.4: SHA-256 of the DER
    // SubjectPublicKeyInfo), whatever certificate it shows.
    std::optional<Sha256Digest> server_key;
    // What is shown to a server that asks who this is (mutual TLS).
    std::shared_ptr<TlsIdentity const> identity = nullptr;
    TlsApplication application = TlsApplication::http;
    // TCP gives up when the peer has been silent for so long (RFC 5482, keep-alive); 0: when the
    // kernel does, which is after hours.
    std::chrono::seconds silence_most{0};
    // Where the host is, in numbers; empty: its name is resolved.
    std::string address{};
};

class TlsStream {
public:
    using Until = std::chrono::steady_clock::time_point;

    // Errc::forbidden: the server has another key than it must. Errc::invalid: the authorities or
    // the identity cannot be used.
    static Result<TlsStream> connect(TlsPeer const& peer, Until until);

    [[nodiscard]] Result<void> write_all(std::string_view bytes, Until until);
    // At least one byte; how many.
    [[nodiscard]] Result<std::size_t> read_some(std::span<char> out, Until until);
    // Whether the peer is there as far as is known; reads away what it has sent. Does not wait.
    [[nodiscard]] bool is_open();
    // Sends close_notify and waits until the peer ends the connection too. TlsEnd::failed: it ended
    // it without having read all that was sent, as far as its TCP tells.
    [[nodiscard]] Result<TlsEnd> close(Until until);

    [[nodiscard]] std::string_view version() const noexcept { return tls_.version(); }
    [[nodiscard]] std::string_view cipher() const noexcept { return tls_.cipher(); }

private:
    explicit TlsStream(TlsConnection tls) : tls_(std::move(tls)) {}
    [[nodiscard]] Result<void> shake_hands(TlsPeer const& peer, Until until);

    TlsConnection tls_;
};

}  // namespace salus::crypto

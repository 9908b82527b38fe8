// TLS on a non-blocking socket, straight on the descriptor (TRN-1): 1.3 and 1.2, AEAD suites with
// ECDHE only, no renegotiation, no compression, ALPN. The only TLS in the house.
// Thread safety: a context is immutable and shared; a connection belongs to one thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "foundation/file.h"
#include "foundation/result.h"
#include "foundation/secret.h"

namespace salus::crypto {

enum class TlsProtocol { http1, http2 };

class TlsServerContext {
public:
    // Errc::invalid when the chain and the key do not parse or do not match.
    static Result<std::shared_ptr<TlsServerContext const>> make(std::string_view chain_pem,
                                                                BytesView key_pem);
    // Serves only clients that prove to have one of these keys (mutual TLS): each is named by the
    // SHA-256 of its SubjectPublicKeyInfo, whatever certificate carries it and however old that is.
    static Result<std::shared_ptr<TlsServerContext const>> make_mutual(
        std::string_view chain_pem, BytesView key_pem, std::vector<Sha256Digest> client_keys);
    // Asks its clients who they are and serves all of them, whatever certificate they show, or
    // none: the handshake proves that they have its key, and who may be believed is decided above
    // TLS (RFC 8705). No session is resumed, so no connection has a certificate that was not shown
    // on it.
    static Result<std::shared_ptr<TlsServerContext const>> make_asking(std::string_view chain_pem,
                                                                       BytesView key_pem);
    ~TlsServerContext();

private:
    friend class TlsConnection;
    struct State;
    explicit TlsServerContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// What a client shows of itself. Values; the key is wiped by whoever owns it.
struct TlsIdentity {
    std::string chain_pem;
    SecretBytes key_pem;
};

// What is spoken inside: HTTP is announced by ALPN; syslog has no name there (RFC 5425).
enum class TlsApplication { http, syslog };

class TlsClientContext {
public:
    // Trusts these authorities and no other (TRN-4).
    static Result<std::shared_ptr<TlsClientContext const>> make(
        std::string_view authorities_pem, TlsApplication application = TlsApplication::http);
    // And shows itself to a server that asks. Errc::invalid: chain and key do not fit.
    static Result<std::shared_ptr<TlsClientContext const>> make(
        std::string_view authorities_pem, TlsIdentity const& identity,
        TlsApplication application = TlsApplication::http);
    ~TlsClientContext();

private:
    friend class TlsConnection;
    struct State;
    explicit TlsClientContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

enum class TlsProgress {
    done,        // the operation made progress or finished
    want_read,   // try again when the socket is readable
    want_write,  // try again when the socket is writable
    closed,      // the peer closed in order (close_notify), or the connection failed
};

// What becomes of the memory into which records are read, some 17 KB, where no part of one waits in
// it. To take, wipe and free it costs more than a short record, so that a busy connection keeps it;
// one that is idle should hold none.
enum class TlsMemory { released, kept };

// How the peer has ended a connection.
enum class TlsEnd {
    none,      // it has not
    notified,  // by close_notify: it has read whatever was sent before our own, and says so itself
    unnotified,  // TCP ended in order, which anybody on the path can fake
    failed,
};

class TlsConnection {
public:
    // Shares the context with the server, which may replace its own on a certificate reload
    // (TRN-5).
    TlsConnection(std::shared_ptr<TlsServerContext const> const& context, FileDescriptor socket);
    // `server_name` is checked against the certificate and sent as SNI.
    TlsConnection(std::shared_ptr<TlsClientContext const> const& context, FileDescriptor socket,
                  std::string const& server_name);
    TlsConnection(TlsConnection&&) noexcept;
    ~TlsConnection();

    [[nodiscard]] int descriptor() const noexcept;
    TlsProgress handshake() noexcept;
    // Reads up to out.size() bytes; `count` is what arrived. Call until it says want_read: bytes
    // may wait inside the TLS layer where epoll does not see them. What was read is wiped inside.
    TlsProgress read(std::span<char> out, std::size_t& count,
                     TlsMemory memory = TlsMemory::released) noexcept;
    // Whether bytes wait inside the TLS layer: without this, one read() per epoll event suffices.
    [[nodiscard]] bool has_pending() const noexcept;
    TlsProgress write(std::string_view bytes, std::size_t& count) noexcept;
    // Sends close_notify, best effort.
    void shut_down() noexcept;
    [[nodiscard]] TlsEnd end() const noexcept;

    // After the handshake.
    [[nodiscard]] TlsProtocol protocol() const noexcept;
    [[nodiscard]] std::string_view version() const noexcept;  // "TLSv1.3"
    [[nodiscard]] std::string_view cipher() const noexcept;
    // SHA-256 of the peer's public key (SubjectPublicKeyInfo, DER), as RFC 7469 section 2.4 pins
    // it; nothing when the peer showed no certificate.
    [[nodiscard]] std::optional<Sha256Digest> peer_key() const;
    // SHA-256 of the peer's certificate (DER), as RFC 8705 section 3.1 names it; likewise.
    [[nodiscard]] std::optional<Sha256Digest> peer_certificate() const;
    // That certificate (DER) and the first of those that came with it, as they were sent; empty
    // when the peer showed none.
    [[nodiscard]] std::vector<Bytes> peer_certificates() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace salus::crypto

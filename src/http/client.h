// A small blocking HTTPS/1.1 client for the command line and tests: one connection, kept alive, one
// request at a time. It trusts only the authorities given (TRN-4) and reads responses strictly
// (RFC 9112): a response must state its length, or come in chunks. It can hold the server to one
// public key, and carry secrets that are no ePHI. Thread safety: one thread at a time; a process
// that uses it ignores SIGPIPE.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "crypto/tls_stream.h"
#include "foundation/limits.h"
#include "foundation/result.h"
#include "foundation/secret.h"
#include "http/message.h"
#include "http/plain_handler.h"

namespace salus::http {

struct ClientOptions {
    std::string host = "localhost";  // a name or an address; checked against the certificate
    std::uint16_t port = 443;
    std::string authorities_pem;
    // If set, the server's key must have this hash too (RFC 7469 section 2.4: SHA-256 of the DER
    // SubjectPublicKeyInfo), whatever certificate it shows.
    std::optional<crypto::Sha256Digest> server_key;
    // What it shows to a server that asks who it is (mutual TLS).
    std::shared_ptr<crypto::TlsIdentity const> identity = nullptr;
    std::chrono::milliseconds timeout = std::chrono::seconds(30);  // of each operation
    std::size_t response_bytes = limits::kResponseBytes;
    // Where the host is, in numbers; empty: its name is resolved.
    std::string address{};
    // The end of all operations together, if it comes before that of one.
    std::optional<crypto::TlsStream::Until> until{};
};

// A request and an answer that hold secrets (keys, credentials) and no ePHI. Scrubbed when they go.
struct SecretField {
    std::string_view name;
    BytesView value;
};
struct SecretAnswer {
    int status = 0;
    SecretBytes body;
};

// A document that is neither secret nor ePHI.
struct PublicDocument {
    int status = 0;
    Headers headers;
    std::string body;
};

class Client {
public:
    // Errc::unavailable when nobody answers or the TLS handshake fails, Errc::timeout,
    // Errc::forbidden when the server has another key than it must.
    static Result<Client> connect(ClientOptions options);

    // Adds Host and Content-Length. After an error the connection cannot be used again.
    // Errc::invalid for a request that cannot be sent or a response that is malformed,
    // Errc::unavailable when the server has closed, Errc::timeout, Errc::too_large.
    [[nodiscard]] Result<Response> send(Request const& request);
    // The same for secrets. A JSON body; empty for none.
    [[nodiscard]] Result<SecretAnswer> send_secret(Method method, std::string_view target,
                                                   std::span<SecretField const> fields,
                                                   SecretBytes const& json);
    // The same for what is neither secret nor ePHI. A POST.
    [[nodiscard]] Result<PlainAnswer> send_plain(std::string_view target,
                                                 std::string_view content_type,
                                                 std::string_view body);
    // A GET of such a document, and a form (application/x-www-form-urlencoded) that is answered by
    // one.
    [[nodiscard]] Result<PublicDocument> get_public(std::string_view target);
    [[nodiscard]] Result<PublicDocument> post_form(std::string_view target, std::string_view form);
    // False after an error and when the server has announced that it closes.
    [[nodiscard]] bool open() const noexcept { return open_; }
    // For reports: "TLSv1.3", and the cipher suite.
    [[nodiscard]] std::string_view tls_version() const noexcept { return tls_.version(); }
    [[nodiscard]] std::string_view cipher() const noexcept { return tls_.cipher(); }

private:
    using Until = crypto::TlsStream::Until;

    Client(ClientOptions options, crypto::TlsStream tls);
    [[nodiscard]] Result<PublicDocument> send_public(Request request);
    [[nodiscard]] Result<void> read_some(Until until);
    [[nodiscard]] Result<Response> receive(Method method, Until until);
    [[nodiscard]] Result<Response> receive_head(Until until);
    // The content of a chunked body that begins at `at`, which is moved to its end.
    [[nodiscard]] Result<std::string> receive_chunks(std::size_t& at, Until until);
    // Likewise the next line, without its end; it is valid until more is read.
    [[nodiscard]] Result<std::string_view> receive_line(std::size_t& at, Until until);

    ClientOptions options_;
    crypto::TlsStream tls_;
    std::string input_;
    bool open_ = true;
};

}  // namespace salus::http

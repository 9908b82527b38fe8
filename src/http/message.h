// HTTP messages as the house sees them, whatever version carried them (RFC 9110).
// Targets, queries and bodies may be ePHI and are typed so; header values are opened by no log,
// because the log takes no strings. Thread safety: values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/ephi.h"
#include "foundation/task.h"

namespace salus::http {

enum class Method { get, head, post, put, patch, remove, options, other };

// Header fields in the order received; names compare without case (RFC 9110 section 5.1).
class Headers {
public:
    void add(std::string_view name, std::string_view value);
    // Replaces all fields of this name.
    void set(std::string_view name, std::string_view value);
    // The value if the name occurs exactly once.
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

enum class Version { http_1_0, http_1_1, http_2 };

struct Peer {
    std::string address;  // IPv4 or IPv6 text; may identify a person, so it is not logged
    std::uint16_t port = 0;
    std::string_view tls_version;  // static text such as "TLSv1.3"; empty for in-process callers
    // SHA-256 of the public key of the certificate that it showed
    // (crypto::TlsConnection::peer_key); nothing where none is asked for.
    std::optional<crypto::Sha256Digest> key = std::nullopt;
    // SHA-256 of that certificate (RFC 8705 section 3.1); nothing where none is asked for.
    std::optional<crypto::Sha256Digest> certificate = std::nullopt;
    // That certificate in DER, and what was sent along with it; nullptr where none is asked for. The
    // handshake proved the first one's key, nothing else. Shared by the requests of a connection.
    std::shared_ptr<std::vector<Bytes> const> certificates = nullptr;
};

struct Request {
    Method method = Method::get;
    Version version = Version::http_1_1;
    EphiText target;        // origin-form, as received: path and query
    std::string authority;  // Host or :authority
    Headers headers;
    EphiText body;
    Peer peer;
    MonotonicTime received{};
};

struct Response {
    int status = 500;
    Headers headers;
    EphiText body;
};

// Serves requests of one event loop. Called on that loop's thread only; the task resumes there too.
class Handler {
public:
    virtual ~Handler() = default;
    virtual Task<Response> handle(Request request) = 0;
};

[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace salus::http

#include "http/client.h"

#include <array>
#include <cerrno>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include "http/grammar.h"
#include "http/response_encoder.h"
#include "http/wire.h"

namespace salus::http {
namespace {

using crypto::TlsProgress;
using Until = std::chrono::steady_clock::time_point;

// Informational responses before the final one (RFC 9110 section 15.2).
constexpr int kInformationalMax = 8;

Until after(std::chrono::milliseconds timeout) {
    return std::chrono::steady_clock::now() + timeout;
}

Result<void> wait_for(int socket, short events, Until until) {
    while (true) {
        auto const left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return fail(Errc::timeout, "the server did not answer in time");
        pollfd entry{socket, events, 0};
        if (::poll(&entry, 1, static_cast<int>(left.count())) > 0) return {};
    }
}

Result<void> wait_for(crypto::TlsConnection const& tls, TlsProgress progress, Until until) {
    if (progress == TlsProgress::closed) {
        return fail(Errc::unavailable, "the server has closed the connection");
    }
    short const events = progress == TlsProgress::want_write ? POLLOUT : POLLIN;
    return wait_for(tls.descriptor(), events, until);
}

Result<FileDescriptor> connect_to(addrinfo const& address, Until until) {
    FileDescriptor socket(
        ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return fail(Errc::unavailable, "no socket for this address");
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
    if (errno != EINPROGRESS) return fail(Errc::unavailable, "the server cannot be reached");
    SALUS_TRY_VOID(wait_for(socket.get(), POLLOUT, until));
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(Errc::unavailable, "the server cannot be reached");
    return socket;
}

struct AddressesDeleter {
    void operator()(addrinfo* addresses) const noexcept { ::freeaddrinfo(addresses); }
};

Result<FileDescriptor> connect_to(std::string const& host, std::uint16_t port, Until until) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return fail(Errc::unavailable, "the server's name is not known");
    }
    std::unique_ptr<addrinfo, AddressesDeleter> const addresses(found);
    for (auto const* address = found; address != nullptr; address = address->ai_next) {
        if (auto socket = connect_to(*address, until)) return socket;
    }
    return fail(Errc::unavailable, "the server cannot be reached");
}

// HTTP/1.1 SP 3DIGIT SP reason (RFC 9112 section 4).
std::optional<int> read_status(std::string_view line) {
    if (!line.starts_with("HTTP/1.1 ") || line.size() < 13 || line[12] != ' ' ||
        !is_field_value(line)) {
        return std::nullopt;
    }
    auto const status = content_length(line.substr(9, 3));
    if (!status || *status < 100 || *status > 599) return std::nullopt;
    return static_cast<int>(*status);
}

Result<Response> read_head(std::string_view head) {
    Response response;
    for (bool first = true; !head.empty(); first = false) {
        auto const end = head.find("\r\n");
        auto const line = head.substr(0, end);
        head.remove_prefix(line.size() + 2);
        if (first) {
            auto const status = read_status(line);
            if (!status) return fail(Errc::invalid, "the response has no valid status line");
            response.status = *status;
            continue;
        }
        auto const field = parse_field(line);
        if (!field) return fail(Errc::invalid, "the response has a malformed field");
        if (response.headers.size() == limits::kHeaderCount) {
            return fail(Errc::too_large, "the response has too many fields");
        }
        response.headers.add(field->name, field->value);
    }
    return response;
}

}  // namespace

Client::Client(ClientOptions options, crypto::TlsConnection tls)
    : options_(std::move(options)), tls_(std::move(tls)) {}

Result<Client> Client::connect(ClientOptions options) {
    auto const until = after(options.timeout);
    SALUS_TRY(auto const context,
              options.identity == nullptr
                  ? crypto::TlsClientContext::make(options.authorities_pem)
                  : crypto::TlsClientContext::make(options.authorities_pem, *options.identity));
    SALUS_TRY(auto socket, connect_to(options.host, options.port, until));
    crypto::TlsConnection tls(context, std::move(socket), options.host);
    Client client(std::move(options), std::move(tls));
    SALUS_TRY_VOID(client.shake_hands(until));
    return client;
}

Result<void> Client::shake_hands(Until until) {
    while (true) {
        auto const progress = tls_.handshake();
        if (progress == TlsProgress::done) break;
        if (progress == TlsProgress::closed) {
            return fail(Errc::unavailable, "the TLS handshake failed");
        }
        SALUS_TRY_VOID(wait_for(tls_, progress, until));
    }
    if (options_.server_key && tls_.peer_key() != options_.server_key) {
        return fail(Errc::forbidden, "the server has another key than the one it is held to");
    }
    return {};
}

Result<SecretAnswer> Client::send_secret(Method method, std::string_view target,
                                         std::span<SecretField const> fields,
                                         SecretBytes const& json) {
    Request request;
    request.method = method;
    request.target = EphiText(std::string(target));
    for (auto const& field : fields) request.headers.add(field.name, text_of(field.value));
    if (!json.empty()) {
        request.headers.add("Content-Type", "application/json");
        request.body = EphiText(std::string(text_of(json.reveal())));
    }
    SALUS_TRY(auto const response, send(request));
    return SecretAnswer{.status = response.status,
                        .body = SecretBytes(bytes_of(Wire::open(response.body)))};
}

Result<PlainAnswer> Client::send_plain(std::string_view target, std::string_view content_type,
                                       std::string_view body) {
    Request request;
    request.method = Method::post;
    request.target = EphiText(std::string(target));
    request.headers.add("Content-Type", content_type);
    request.body = EphiText(std::string(body));
    SALUS_TRY(auto const response, send(request));
    return PlainAnswer{
        .status = response.status,
        .content_type = std::string(response.headers.get("Content-Type").value_or("")),
        .body = std::string(Wire::open(response.body))};
}

Result<Response> Client::send(Request const& request) {
    if (!open_) return fail(Errc::unavailable, "the connection is closed");
    open_ = false;  // until everything has gone well
    auto const until = after(options_.timeout);
    auto const target = Wire::open(request.target);
    auto const body = Wire::open(request.body);
    auto const method = name_of(request.method);
    if (method.empty() || !is_origin_form(target)) {
        return fail(Errc::invalid, "the request's method or target cannot be sent");
    }
    std::string bytes;
    // Grown once: a string that moves leaves copies of a credential behind.
    bytes.reserve(limits::kHeaderBytes + body.size());
    bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ");
    bool const v6 = options_.host.find(':') != std::string::npos;
    bytes.append(v6 ? "[" + options_.host + "]" : options_.host);
    bytes.append(":").append(std::to_string(options_.port)).append("\r\n");
    for (auto const& [name, value] : request.headers) {
        if (!is_token(name) || !is_field_value(value)) {
            return fail(Errc::invalid, "a field of the request cannot be sent");
        }
        bytes.append(name).append(": ").append(value).append("\r\n");
    }
    if (!body.empty() || request.method == Method::post || request.method == Method::put) {
        bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    }
    bytes.append("\r\n").append(body);
    auto const written = write_all(bytes, until);
    scrub(bytes);
    // A server may refuse a request before it has read all of it: its answer counts.
    auto response = receive(request.method, until);
    if (!response && !written) return fail(written.error());
    if (!response) return response;
    auto const closes = response->headers.get("Connection");
    open_ = written.has_value() && !(closes && list_holds(*closes, "close"));
    return response;
}

Result<void> Client::write_all(std::string_view bytes, Until until) {
    while (!bytes.empty()) {
        std::size_t count = 0;
        auto const progress = tls_.write(bytes, count);
        bytes.remove_prefix(count);
        if (progress != TlsProgress::done) SALUS_TRY_VOID(wait_for(tls_, progress, until));
    }
    return {};
}

Result<void> Client::read_some(Until until) {
    std::array<char, 16 * limits::kKiB> piece;
    while (true) {
        std::size_t count = 0;
        auto const progress = tls_.read(piece, count);
        if (progress == TlsProgress::done) {
            input_.append(piece.data(), count);
            scrub({reinterpret_cast<std::uint8_t*>(piece.data()), count});
            return {};
        }
        SALUS_TRY_VOID(wait_for(tls_, progress, until));
    }
}

Result<Response> Client::receive_head(Until until) {
    while (true) {
        auto const end = input_.find("\r\n\r\n");
        if (end != std::string::npos) {
            auto response = read_head(std::string_view(input_).substr(0, end + 2));
            input_.erase(0, end + 4);
            return response;
        }
        if (input_.size() > limits::kHeaderBytes) {
            return fail(Errc::too_large, "the response's head is too large");
        }
        SALUS_TRY_VOID(read_some(until));
    }
}

Result<Response> Client::receive(Method method, Until until) {
    SALUS_TRY(auto response, receive_head(until));
    for (int i = 0; response.status < 200; ++i) {
        if (i == kInformationalMax) return fail(Errc::invalid, "too many interim responses");
        SALUS_TRY(response, receive_head(until));
    }
    if (response.headers.count("Transfer-Encoding") > 0) {
        return fail(Errc::not_supported, "the response has a transfer coding");
    }
    bool const stated = response.headers.count("Content-Length") > 0;
    auto const field = response.headers.get("Content-Length").value_or("");
    auto const parsed = content_length(field);
    if (stated && !parsed) return fail(Errc::invalid, "the response's length is malformed");
    if (method == Method::head || !has_content(response.status)) return response;
    if (!stated) return fail(Errc::invalid, "the response does not state its length");
    auto const length = parsed.value_or(0);
    if (length > options_.response_bytes) return fail(Errc::too_large, "the response is too large");
    while (input_.size() < length) SALUS_TRY_VOID(read_some(until));
    bool const more = input_.size() > length;
    response.body = EphiText(input_.substr(0, length));
    scrub(input_);  // and empties it
    if (more) return fail(Errc::invalid, "the server sent more than it announced");
    return response;
}

}  // namespace salus::http

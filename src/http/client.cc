#include "http/client.h"

#include <algorithm>
#include <array>

#include "http/chunk_line.h"
#include "http/grammar.h"
#include "http/response_encoder.h"
#include "http/wire.h"

namespace salus::http {
namespace {

using Until = crypto::TlsStream::Until;

// Informational responses before the final one (RFC 9110 section 15.2).
constexpr int kInformationalMax = 8;

Until end_of(ClientOptions const& options) {
    auto const until = std::chrono::steady_clock::now() + options.timeout;
    return options.until ? std::min(until, *options.until) : until;
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

Client::Client(ClientOptions options, crypto::TlsStream tls)
    : options_(std::move(options)), tls_(std::move(tls)) {}

Result<Client> Client::connect(ClientOptions options) {
    SALUS_TRY(auto tls, crypto::TlsStream::connect({.host = options.host,
                                                    .port = options.port,
                                                    .authorities_pem = options.authorities_pem,
                                                    .server_key = options.server_key,
                                                    .identity = options.identity,
                                                    .address = options.address},
                                                   end_of(options)));
    return Client(std::move(options), std::move(tls));
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

Result<PublicDocument> Client::get_public(std::string_view target) {
    Request request;
    request.method = Method::get;
    request.target = EphiText(std::string(target));
    return send_public(std::move(request));
}

Result<PublicDocument> Client::post_form(std::string_view target, std::string_view form) {
    Request request;
    request.method = Method::post;
    request.target = EphiText(std::string(target));
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.body = EphiText(std::string(form));
    return send_public(std::move(request));
}

Result<PublicDocument> Client::send_public(Request request) {
    request.headers.add("Accept", "application/json");
    SALUS_TRY(auto response, send(request));
    return PublicDocument{.status = response.status,
                          .headers = std::move(response.headers),
                          .body = std::string(Wire::open(response.body))};
}

Result<Response> Client::send(Request const& request) {
    if (!open_) return fail(Errc::unavailable, "the connection is closed");
    open_ = false;  // until everything has gone well
    auto const until = end_of(options_);
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
    auto const written = tls_.write_all(bytes, until);
    scrub(bytes);
    // A server may refuse a request before it has read all of it: its answer counts.
    auto response = receive(request.method, until);
    if (!response && !written) return fail(written.error());
    if (!response) return response;
    auto const closes = response->headers.get("Connection");
    open_ = written.has_value() && !(closes && list_holds(*closes, "close"));
    return response;
}

Result<void> Client::read_some(Until until) {
    std::array<char, 16 * limits::kKiB> piece;
    SALUS_TRY(auto const count, tls_.read_some(piece, until));
    input_.append(piece.data(), count);
    scrub({reinterpret_cast<std::uint8_t*>(piece.data()), count});
    return {};
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

Result<std::string_view> Client::receive_line(std::size_t& at, Until until) {
    while (true) {
        auto const end = input_.find("\r\n", at);
        if (end != std::string::npos) {
            auto const line = std::string_view(input_).substr(at, end - at);
            at = end + 2;
            return line;
        }
        if (input_.size() - at > limits::kHeaderBytes)
            return fail(Errc::too_large, "a line of the response is too long");
        SALUS_TRY_VOID(read_some(until));
    }
}

// RFC 9112 section 7.1. Trailers are read and dropped, as RFC 9110 section 6.5.1 allows.
Result<std::string> Client::receive_chunks(std::size_t& at, Until until) {
    std::string body;
    for (std::size_t overhead = 0;;) {
        SALUS_TRY(auto const line, receive_line(at, until));
        auto const chunk = parse_chunk_line(line);
        if (!chunk) return fail(Errc::invalid, "a chunk of the response is malformed");
        overhead += line.size();
        if (overhead > limits::kHeaderBytes || chunk->size > options_.response_bytes - body.size())
            return fail(Errc::too_large, "the response is too large");
        if (chunk->size == 0) break;
        while (input_.size() - at < chunk->size) SALUS_TRY_VOID(read_some(until));
        body.append(input_, at, chunk->size);
        at += chunk->size;
        SALUS_TRY(auto const end, receive_line(at, until));
        if (!end.empty()) return fail(Errc::invalid, "a chunk of the response is malformed");
    }
    for (std::size_t trailers = 0; trailers < limits::kHeaderCount; ++trailers) {
        SALUS_TRY(auto const line, receive_line(at, until));
        if (line.empty()) return body;
        if (!parse_field(line)) break;
    }
    return fail(Errc::invalid, "the response's trailers are malformed");
}

Result<Response> Client::receive(Method method, Until until) {
    SALUS_TRY(auto response, receive_head(until));
    for (int i = 0; response.status < 200; ++i) {
        if (i == kInformationalMax) return fail(Errc::invalid, "too many interim responses");
        SALUS_TRY(response, receive_head(until));
    }
    bool const stated = response.headers.count("Content-Length") > 0;
    bool const coded = response.headers.count("Transfer-Encoding") > 0;
    if (coded &&
        !equal_without_case(response.headers.get("Transfer-Encoding").value_or(""), "chunked"))
        return fail(Errc::not_supported, "the response has a transfer coding");
    if (coded && stated) return fail(Errc::invalid, "the response states two lengths");
    auto const field = response.headers.get("Content-Length").value_or("");
    auto const parsed = content_length(field);
    if (stated && !parsed) return fail(Errc::invalid, "the response's length is malformed");
    if (method == Method::head || !has_content(response.status)) return response;
    if (!stated && !coded) return fail(Errc::invalid, "the response does not state its length");
    auto const length = parsed.value_or(0);
    if (length > options_.response_bytes) return fail(Errc::too_large, "the response is too large");
    std::size_t end = length;
    if (coded) {
        end = 0;
        SALUS_TRY(auto body, receive_chunks(end, until));
        response.body = EphiText(std::move(body));
    } else {
        while (input_.size() < length) SALUS_TRY_VOID(read_some(until));
        response.body = EphiText(input_.substr(0, length));
    }
    bool const more = input_.size() > end;
    scrub(input_);  // and empties it
    if (more) return fail(Errc::invalid, "the server sent more than it announced");
    return response;
}

}  // namespace salus::http

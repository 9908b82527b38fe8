#include "app/control_prober.h"

#include <charconv>

#include "app/command_line.h"

namespace salus::app {
namespace {

constexpr auto kAnswerPatience = std::chrono::seconds(5);

std::optional<std::uint64_t> leaf_of(http::Headers const& headers) {
    auto const text = headers.get("Salus-Audit-Leaf");
    if (!text) return std::nullopt;
    std::uint64_t leaf = 0;
    auto const parsed = std::from_chars(text->data(), text->data() + text->size(), leaf);
    if (parsed.ec != std::errc()) return std::nullopt;
    return leaf;
}

}  // namespace

Prober::Answer Prober::get(std::string_view target, std::string_view token) {
    return send(http::Request{}, target, token);
}

Prober::Answer Prober::post(std::string_view target, std::string_view token,
                            std::string_view body) {
    http::Request request;
    request.method = http::Method::post;
    request.headers.set("Content-Type", "application/fhir+json");
    request.body = EphiText(std::string(body));
    return send(std::move(request), target, token);
}

Prober::Answer Prober::post_form(std::string_view target, std::string_view token,
                                 std::string_view form) {
    http::Request request;
    request.method = http::Method::post;
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body = EphiText(std::string(form));
    return send(std::move(request), target, token);
}

Prober::Answer Prober::send(http::Request request, std::string_view target,
                            std::string_view token) {
    request.target = EphiText(std::string(target));
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + std::string(token));
    http::ClientOptions options;
    options.host = target_.host;
    options.port = target_.port;
    options.authorities_pem = target_.authorities_pem;
    options.timeout = kAnswerPatience;
    auto client = http::Client::connect(std::move(options));
    if (!client) return {};
    auto response = client->send(request);
    if (!response) return {};
    count(response->headers);
    return {.status = response->status,
            .media_type = std::string(response->headers.get("Content-Type").value_or("")),
            .body = CommandLine::text(std::move(response->body)),
            .has_request_id = response->headers.get("X-Request-Id").has_value()};
}

void Prober::count(http::Headers const& headers) {
    ++answers_;
    if (headers.get("Strict-Transport-Security")) ++with_hsts_;
    auto const leaf = leaf_of(headers);
    if (!leaf) return;
    bool const first = first_leaf_ == 0 && last_leaf_ == 0;
    if (first) first_leaf_ = *leaf;
    if (first || *leaf > last_leaf_) ++with_growing_leaf_;
    last_leaf_ = *leaf;
}

}  // namespace salus::app

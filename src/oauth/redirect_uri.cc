#include "oauth/redirect_uri.h"

#include <algorithm>
#include <optional>

#include "foundation/oauth_limits.h"

namespace salus::oauth {
namespace {

constexpr std::string_view kSecure = "https://";
constexpr std::string_view kPlain = "http://";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

// Lower case alone, so that there is one spelling.
bool is_host(std::string_view host) {
    if (host.starts_with('[')) {
        return host.size() > 3 && host.ends_with(']') &&
               std::ranges::all_of(host.substr(1, host.size() - 2), [](char c) {
                   return is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
               });
    }
    return !host.empty() && !host.starts_with('.') && !host.starts_with('-') &&
           host.find("..") == std::string_view::npos && std::ranges::all_of(host, [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
           });
}

struct Parts {
    std::string_view scheme;
    std::string_view host;
    std::string_view port;  // empty: none
    std::string_view rest;  // path and query
};

std::optional<Parts> parts_of(std::string_view uri) {
    bool const plain_ascii = std::ranges::all_of(uri, [](char c) {
        return c > ' ' && c < 0x7f && std::string_view("\\\"<>^`{|}#").find(c) == std::string::npos;
    });
    if (!plain_ascii || uri.size() > limits::kRedirectUriBytes) return std::nullopt;
    Parts parts;
    parts.scheme = uri.starts_with(kSecure) ? kSecure : kPlain;
    if (!uri.starts_with(parts.scheme)) return std::nullopt;
    auto const behind = uri.substr(parts.scheme.size());
    auto const end = std::min(behind.find_first_of("/?"), behind.size());
    auto const authority = behind.substr(0, end);
    parts.rest = behind.substr(end);
    if (authority.find('@') != std::string_view::npos) return std::nullopt;
    auto const bracket = authority.find(']');
    auto const colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    parts.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
        parts.port = authority.substr(colon + 1);
        if (!is_port(parts.port)) return std::nullopt;
    }
    if (!is_host(parts.host)) return std::nullopt;
    return parts;
}

bool is_loopback(Parts const& parts) {
    return parts.scheme == kPlain && (parts.host == "127.0.0.1" || parts.host == "[::1]");
}

}  // namespace

bool is_redirect_uri(std::string_view text) {
    auto const parts = parts_of(text);
    return parts && (parts->scheme == kSecure || is_loopback(*parts));
}

bool matches_redirect_uri(std::vector<std::string> const& registered, std::string_view asked) {
    auto const given = parts_of(asked);
    if (!given) return false;
    return std::ranges::any_of(registered, [&](std::string const& candidate) {
        if (candidate == asked) return true;
        auto const known = parts_of(candidate);
        return known && is_loopback(*known) && is_loopback(*given) && known->host == given->host &&
               known->rest == given->rest;
    });
}

std::string origin_of(std::string_view uri) {
    auto const scheme = uri.find("//") + 2;
    return std::string(uri.substr(0, std::min(uri.find_first_of("/?", scheme), uri.size())));
}

}  // namespace salus::oauth

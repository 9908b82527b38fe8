#include "oauth/redirect_uri.h"

#include <algorithm>
#include <array>
#include <optional>

#include "foundation/oauth_limits.h"

namespace salus::oauth {
namespace {

constexpr std::string_view kSecure = "https://";
constexpr std::array<std::string_view, 2> kLoopback{"http://127.0.0.1", "http://[::1]"};

bool is_visible_ascii(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) {
        return c > ' ' && c <= '~' && c != '"' && c != '<' && c != '>' && c != '\\' && c != '^' &&
               c != '`' && c != '{' && c != '|' && c != '}';
    });
}

bool is_digits(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// ":PORT", from 1 to 65535 without leading zero, or nothing.
bool is_port(std::string_view text) noexcept {
    if (text.empty()) return true;
    text.remove_prefix(1);
    if (text.empty() || text.size() > 5 || text.front() == '0' || !is_digits(text)) return false;
    unsigned value = 0;
    for (char const c : text) value = value * 10 + static_cast<unsigned>(c - '0');
    return value <= 65'535;
}

// A registered name in lower case (RFC 3986 section 3.2.2): one spelling, no percent-encoding. IPv6
// in brackets.
bool is_host(std::string_view text) noexcept {
    if (text.starts_with('[') && text.ends_with(']')) {
        auto const inside = text.substr(1, text.size() - 2);
        return !inside.empty() && std::ranges::all_of(inside, [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
        });
    }
    return !text.empty() && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
           });
}

bool is_authority(std::string_view text) noexcept {
    auto const bracket = text.rfind(']');
    auto const colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    auto const host = text.substr(0, colon);
    return is_host(host) && (colon == std::string_view::npos || is_port(text.substr(colon)));
}

// No "." or ".." step, also not percent-encoded: what they mean depends on who reads them.
bool has_dot_segment(std::string_view path) noexcept {
    for (std::size_t at = 0; at < path.size();) {
        auto const end = std::min(path.find('/', at), path.size());
        auto const step = path.substr(at, end - at);
        std::size_t dots = 0;
        std::size_t i = 0;
        for (; i < step.size(); ++dots) {
            if (step[i] == '.') {
                i += 1;
            } else if (step.substr(i, 3) == "%2e" || step.substr(i, 3) == "%2E") {
                i += 3;
            } else {
                break;
            }
        }
        bool const ends = i == step.size() || step[i] == ';';
        if (ends && (dots == 1 || dots == 2)) return true;
        at = end + 1;
    }
    return false;
}

// What follows the loopback address: the port, then the path. Nothing if it is none.
struct Loopback {
    std::string_view address;
    std::string_view port;  // with its colon; empty: none
    std::string_view rest;
};
std::optional<Loopback> loopback_of(std::string_view uri) noexcept {
    for (auto const address : kLoopback) {
        if (!uri.starts_with(address)) continue;
        auto const after = uri.substr(address.size());
        auto const end = std::min(after.find_first_of("/?"), after.size());
        auto const port = after.substr(0, end);
        if (!port.empty() && (!port.starts_with(':') || !is_port(port))) return std::nullopt;
        return Loopback{address, port, after.substr(end)};
    }
    return std::nullopt;
}

}  // namespace

bool is_redirect_uri(std::string_view uri) noexcept {
    if (uri.size() > limits::kRedirectUriBytes || !is_visible_ascii(uri)) return false;
    if (uri.find_first_of("#@*") != std::string_view::npos) return false;
    std::string_view path;
    if (auto const loopback = loopback_of(uri)) {
        path = loopback->rest;
    } else if (uri.starts_with(kSecure)) {
        auto const after = uri.substr(kSecure.size());
        auto const end = std::min(after.find_first_of("/?"), after.size());
        if (!is_authority(after.substr(0, end))) return false;
        path = after.substr(end);
    } else {
        return false;
    }
    return !has_dot_segment(path.substr(0, path.find('?')));
}

bool is_registered_redirect(std::string_view asked, std::string_view registered) noexcept {
    if (asked == registered) return true;
    auto const a = loopback_of(asked);
    auto const b = loopback_of(registered);
    return a && b && a->address == b->address && a->rest == b->rest && is_redirect_uri(asked);
}

}  // namespace salus::oauth

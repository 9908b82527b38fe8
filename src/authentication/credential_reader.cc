#include "authentication/credential_reader.h"

#include <algorithm>

#include "foundation/limits.h"

namespace salus::authentication {
namespace {

// Schemes compare without case (RFC 9110 section 11.1).
bool is_scheme(std::string_view scheme, std::string_view lower_case) {
    return std::ranges::equal(scheme, lower_case, {}, [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
}

std::optional<Scheme> scheme_named(std::string_view name) {
    if (is_scheme(name, "bearer")) return Scheme::bearer;
    if (is_scheme(name, "dpop")) return Scheme::dpop;
    return std::nullopt;
}

}  // namespace

Result<std::optional<Credential>> credential_of(http::Request const& request) {
    auto const fields = request.headers.count("Authorization");
    if (fields == 0) return std::optional<Credential>();
    if (fields > 1) return fail(Errc::unauthenticated, "more than one Authorization header");
    auto const value = *request.headers.get("Authorization");
    auto const blank = value.find(' ');
    auto const scheme =
        blank == std::string_view::npos ? std::nullopt : scheme_named(value.substr(0, blank));
    if (!scheme) return fail(Errc::unauthenticated, "only bearer and DPoP tokens are accepted");
    auto const token = value.substr(blank + 1);
    if (token.empty() || token.size() > limits::kTokenBytes) {
        return fail(Errc::unauthenticated, "the access token is not valid");
    }
    return std::optional(Credential{*scheme, token});
}

}  // namespace salus::authentication

#include "authentication/credential_reader.h"

#include "foundation/limits.h"

namespace salus::authentication {
namespace {

// The scheme compares without case (RFC 9110 section 11.1).
bool is_bearer(std::string_view scheme) {
    static constexpr std::string_view kBearer = "bearer";
    if (scheme.size() != kBearer.size()) return false;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        auto const c = scheme[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != kBearer[i]) return false;
    }
    return true;
}

}  // namespace

Result<std::optional<std::string_view>> bearer_token(http::Request const& request) {
    auto const fields = request.headers.count("Authorization");
    if (fields == 0) return std::optional<std::string_view>();
    if (fields > 1) return fail(Errc::unauthenticated, "more than one Authorization header");
    auto const value = *request.headers.get("Authorization");
    auto const blank = value.find(' ');
    if (blank == std::string_view::npos || !is_bearer(value.substr(0, blank))) {
        return fail(Errc::unauthenticated, "only bearer tokens are accepted");
    }
    auto const token = value.substr(blank + 1);
    if (token.empty() || token.size() > limits::kTokenBytes) {
        return fail(Errc::unauthenticated, "the access token is not valid");
    }
    return std::optional(token);
}

}  // namespace salus::authentication

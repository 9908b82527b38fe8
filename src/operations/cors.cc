#include "operations/cors.h"

#include <algorithm>
#include <array>

#include "operations/request_reader.h"
#include "operations/routes.h"

namespace salus::operations {
namespace {

constexpr std::array<std::string_view, 5> kOpen{"/oauth/token", "/oauth/userinfo", "/oauth/jwks",
                                                "/oauth/revoke",
                                                "/.well-known/oauth-authorization-server"};

bool is_open(http::Request const& request) {
    auto path = path_below_tenant(request);
    path = path.substr(0, path.find('?'));
    return path.starts_with("/fhir/") || path == "/fhir" ||
           path == "/.well-known/openid-configuration" ||
           std::ranges::find(kOpen, path) != kOpen.end();
}

}  // namespace

std::optional<http::Response> preflight(http::Request const& request) {
    bool const asks = request.method == http::Method::options &&
                      request.headers.count("Origin") == 1 &&
                      request.headers.count("Access-Control-Request-Method") == 1;
    if (!asks || !is_open(request)) return std::nullopt;
    http::Response response;
    response.status = 204;
    response.headers.set("Access-Control-Allow-Origin", "*");
    response.headers.set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    response.headers.set("Access-Control-Allow-Headers",
                         "Authorization, DPoP, Content-Type, Accept, Prefer, If-Match, "
                         "If-None-Match, If-None-Exist, If-Modified-Since");
    response.headers.set("Access-Control-Max-Age", "7200");
    return response;
}

void allow_other_origins(http::Request const& request, http::Response& response) {
    if (request.headers.count("Origin") == 0 || !is_open(request)) return;
    response.headers.set("Access-Control-Allow-Origin", "*");
    response.headers.set("Access-Control-Expose-Headers",
                         "ETag, Last-Modified, Location, Content-Location, WWW-Authenticate, "
                         "DPoP-Nonce, Retry-After, Salus-Notice, Salus-Policy-Version");
}

}  // namespace salus::operations

#include "oauth/metadata.h"

#include "jose/algorithm.h"
#include "jose/dpop.h"
#include "json/writer.h"

namespace salus::oauth {
namespace {

void add(std::string& out, std::string_view name, std::string_view value) {
    out.append(out.size() > 1 ? "," : "").append("\"").append(name).append("\":");
    json::append_quoted(out, value);
}

// What both documents say alike.
std::string common(request::Tenant const& tenant) {
    std::string out = "{";
    add(out, "issuer", tenant.issuer());
    add(out, "token_endpoint", tenant.token_endpoint());
    add(out, "introspection_endpoint", tenant.public_url + "/oauth/introspect");
    add(out, "revocation_endpoint", tenant.public_url + "/oauth/revoke");
    add(out, "jwks_uri", tenant.public_url + "/oauth/jwks");
    out.append(
        R"(,"grant_types_supported":["client_credentials"])"
        R"(,"token_endpoint_auth_methods_supported":["private_key_jwt"])"
        R"(,"token_endpoint_auth_signing_alg_values_supported":["ES256","ES384","RS384","RS256"])"
        R"(,"introspection_endpoint_auth_methods_supported":["private_key_jwt"])"
        R"(,"revocation_endpoint_auth_methods_supported":["private_key_jwt"])"
        R"(,"scopes_supported":["system/*.cruds"])"
        R"(,"dpop_signing_alg_values_supported":[")");
    out.append(jose::algorithm_names(jose::dpop_algorithms(), "\",\"")).append("\"]");
    return out;
}

}  // namespace

std::string smart_configuration(request::Tenant const& tenant) {
    return common(tenant) +
           R"(,"capabilities":["client-confidential-asymmetric","permission-v1","permission-v2"]})";
}

std::string authorization_server_metadata(request::Tenant const& tenant) {
    return common(tenant) + R"(,"response_types_supported":[]})";
}

}  // namespace salus::oauth

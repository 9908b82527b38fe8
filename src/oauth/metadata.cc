#include "oauth/metadata.h"

#include "jose/algorithm.h"
#include "jose/dpop.h"
#include "json/writer.h"

namespace salus::oauth {
namespace {

void write_list(json::Writer& writer, std::string_view name,
                std::initializer_list<std::string_view> values) {
    writer.key(name).begin_array();
    for (auto const value : values) writer.string(value);
    writer.end_array();
}

void write_endpoints(json::Writer& writer, request::Tenant const& tenant) {
    auto const& base = tenant.public_url;
    writer.key("issuer").string(tenant.issuer());
    writer.key("authorization_endpoint").string(base + "/oauth/authorize");
    writer.key("pushed_authorization_request_endpoint").string(base + "/oauth/par");
    writer.key("token_endpoint").string(tenant.token_endpoint());
    writer.key("introspection_endpoint").string(base + "/oauth/introspect");
    writer.key("revocation_endpoint").string(base + "/oauth/revoke");
    writer.key("jwks_uri").string(base + "/oauth/jwks");
}

void write_flows(json::Writer& writer) {
    write_list(writer, "response_types_supported", {"code"});
    write_list(writer, "response_modes_supported", {"query"});
    write_list(writer, "grant_types_supported",
               {"authorization_code", "refresh_token", "client_credentials"});
    write_list(writer, "code_challenge_methods_supported", {"S256"});
    writer.key("authorization_response_iss_parameter_supported").boolean(true);
    writer.key("require_request_uri_registration").boolean(false);
    writer.key("request_uri_parameter_supported").boolean(false);
}

// RFC 8705 section 5: the same endpoints where a client is asked for its certificate.
void write_mutual_tls(json::Writer& writer, request::Tenant const& tenant,
                      std::string_view origin) {
    auto const base = std::string(origin) + tenant.path + "/oauth/";
    writer.key("mtls_endpoint_aliases").begin_object();
    writer.key("token_endpoint").string(base + "token");
    writer.key("introspection_endpoint").string(base + "introspect");
    writer.key("revocation_endpoint").string(base + "revoke");
    writer.key("pushed_authorization_request_endpoint").string(base + "par");
    writer.end_object();
    writer.key("tls_client_certificate_bound_access_tokens").boolean(true);
}

void write_methods(json::Writer& writer, std::string_view endpoint,
                   MutualTlsOffer const& mutual_tls, bool none) {
    writer.key(std::string(endpoint) + "_endpoint_auth_methods_supported").begin_array();
    writer.string("private_key_jwt");
    if (!mutual_tls.origin.empty()) {
        writer.string("self_signed_tls_client_auth");
        if (mutual_tls.by_authority) writer.string("tls_client_auth");
    }
    if (none) writer.string("none");
    writer.end_array();
}

void write_authentication(json::Writer& writer, MutualTlsOffer const& mutual_tls) {
    write_methods(writer, "token", mutual_tls, true);
    write_list(writer, "token_endpoint_auth_signing_alg_values_supported",
               {"ES256", "ES384", "RS384", "RS256"});
    for (auto const* endpoint : {"introspection", "revocation"})
        write_methods(writer, endpoint, mutual_tls, false);
    writer.key("dpop_signing_alg_values_supported").begin_array();
    for (auto const algorithm : jose::dpop_algorithms())
        writer.string(jose::algorithm_name(algorithm));
    writer.end_array();
}

// What the documents say alike.
void write_common(json::Writer& writer, request::Tenant const& tenant,
                  MutualTlsOffer const& mutual_tls) {
    write_endpoints(writer, tenant);
    write_flows(writer);
    write_authentication(writer, mutual_tls);
    if (!mutual_tls.origin.empty()) write_mutual_tls(writer, tenant, mutual_tls.origin);
    write_list(writer, "scopes_supported",
               {"openid", "profile", "fhirUser", "launch", "launch/patient", "offline_access",
                "online_access", "patient/*.cruds", "user/*.cruds", "system/*.cruds"});
}

void write_openid(json::Writer& writer, request::Tenant const& tenant,
                  crypto::SignatureAlgorithm signing) {
    writer.key("userinfo_endpoint").string(tenant.public_url + "/oauth/userinfo");
    writer.key("end_session_endpoint").string(tenant.public_url + "/oauth/logout");
    write_list(writer, "subject_types_supported", {"public"});
    write_list(writer, "id_token_signing_alg_values_supported", {jose::algorithm_name(signing)});
    write_list(writer, "acr_values_supported", {"phr", "mfa"});
    write_list(writer, "prompt_values_supported", {"none", "login", "consent"});
    write_list(writer, "claims_supported",
               {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash", "sid",
                "name", "preferred_username", "fhirUser"});
    writer.key("backchannel_logout_supported").boolean(true);
    writer.key("backchannel_logout_session_supported").boolean(true);
    writer.key("claims_parameter_supported").boolean(false);
    writer.key("request_parameter_supported").boolean(false);
}

}  // namespace

std::string smart_configuration(request::Tenant const& tenant, MutualTlsOffer mutual_tls) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_common(writer, tenant, mutual_tls);
    write_list(writer, "capabilities",
               {"launch-ehr", "launch-standalone", "authorize-post", "client-public",
                "client-confidential-asymmetric", "sso-openid-connect", "context-ehr-patient",
                "context-ehr-encounter", "context-standalone-patient", "permission-offline",
                "permission-online", "permission-patient", "permission-user", "permission-v1",
                "permission-v2"});
    writer.end_object();
    return out;
}

std::string authorization_server_metadata(request::Tenant const& tenant,
                                          MutualTlsOffer mutual_tls) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_common(writer, tenant, mutual_tls);
    writer.end_object();
    return out;
}

std::string openid_configuration(request::Tenant const& tenant, crypto::SignatureAlgorithm signing,
                                 MutualTlsOffer mutual_tls) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    write_common(writer, tenant, mutual_tls);
    write_openid(writer, tenant, signing);
    writer.end_object();
    return out;
}

}  // namespace salus::oauth

#include "app/client_keys.h"

#include "crypto/signature.h"
#include "foundation/file.h"
#include "jose/jwk.h"
#include "json/writer.h"

namespace salus::app {

Result<std::string> make_client_keys(std::filesystem::path const& private_key_file) {
    if (std::filesystem::exists(private_key_file)) {
        return fail(Errc::conflict, "the key file exists; keys are never overwritten");
    }
    auto key = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es384);
    auto const public_key = key.verifying_key();
    auto const kid = jose::thumbprint(public_key);
    jose::PrivateKey const pair{std::move(key), kid};
    auto const jwk = pair.to_jwk();
    SALUS_TRY_VOID(
        write_file_durably(private_key_file, jwk.reveal(), FileAccess::private_to_owner));
    return jose::to_key_set({jose::to_jwk(public_key, kid, crypto::SignatureAlgorithm::es384)});
}

std::string registration_json(Registration const& registration) {
    std::string out;
    json::Writer writer(out);
    auto const list = [&](std::string_view name, std::vector<std::string> const& all) {
        writer.key(name).begin_array();
        for (auto const& each : all) writer.string(each);
        writer.end_array();
    };
    writer.begin_object();
    writer.key("client_id").string(registration.id);
    writer.key("name").string(registration.name);
    writer.key("scope").string(registration.scope);
    list("purposes", registration.purposes);
    if (!registration.roles.empty()) list("roles", registration.roles);
    if (!registration.locations.empty()) list("locations", registration.locations);
    if (!registration.jwks_uri.empty()) {
        writer.key("jwks_uri").string(registration.jwks_uri);
    } else if (!registration.certificate_name.empty()) {
        writer.key("token_endpoint_auth_method").string("tls_client_auth");
        writer.key(registration.certificate_name_kind).string(registration.certificate_name);
    } else if (registration.jwks.empty()) {
        writer.key("token_endpoint_auth_method").string("none");
    } else {
        writer.key("jwks").raw(registration.jwks);
    }
    if (registration.self_signed)
        writer.key("token_endpoint_auth_method").string("self_signed_tls_client_auth");
    if (registration.certificate_bound)
        writer.key("tls_client_certificate_bound_access_tokens").boolean(true);
    if (registration.dpop_bound) writer.key("dpop_bound_access_tokens").boolean(true);
    if (!registration.redirect_uris.empty()) {
        list("grant_types", {"authorization_code", "refresh_token"});
        list("redirect_uris", registration.redirect_uris);
        list("post_logout_redirect_uris", registration.logout_uris);
    }
    if (!registration.backchannel_logout_uri.empty())
        writer.key("backchannel_logout_uri").string(registration.backchannel_logout_uri);
    if (registration.pushes) writer.key("require_pushed_authorization_requests").boolean(true);
    if (registration.device_posture) writer.key("device_posture").boolean(true);
    if (registration.fapi2) writer.key("profile").string("fapi2");
    writer.end_object();
    return out;
}

}  // namespace salus::app

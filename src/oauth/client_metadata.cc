#include "oauth/client_metadata.h"

#include <algorithm>
#include <array>
#include <utility>

#include "foundation/oauth_limits.h"
#include "http/fetch.h"
#include "json/flag.h"
#include "oauth/redirect_uri.h"

namespace salus::oauth {
namespace {

constexpr std::string_view kSelfSigned = "self_signed_tls_client_auth";
constexpr std::string_view kVouchedFor = "tls_client_auth";
using CertificateNameKind = CertificateName::Kind;
constexpr std::array<std::pair<std::string_view, CertificateNameKind>, 3> kCertificateNames{
    {{"tls_client_auth_subject_dn", CertificateNameKind::subject},
     {"tls_client_auth_san_dns", CertificateNameKind::dns},
     {"tls_client_auth_san_uri", CertificateNameKind::uri}}};

Result<bool> flag(json::Value root, std::string_view name, Literal wrong) {
    auto const value = json::flag_in(root, name);
    return value ? Result<bool>(*value) : fail(Errc::invalid, wrong);
}

Result<std::vector<std::string>> addresses(json::Value root, std::string_view name, Literal wrong) {
    std::vector<std::string> uris;
    auto const list = root.member(name);
    if (!list) return uris;
    if (!list->is_array() || list->size() > limits::kRedirectUris)
        return fail(Errc::invalid, wrong);
    for (auto const value : list->elements()) {
        if (!value.is_string() || !is_redirect_uri(value.text())) return fail(Errc::invalid, wrong);
        uris.push_back(value.text());
    }
    return uris;
}

Result<void> read_logout(json::Value root, Client& client) {
    constexpr Literal kWrong = "backchannel_logout_uri must be an https address without fragment";
    if (auto const uri = root.member("backchannel_logout_uri")) {
        if (!uri->is_string() || uri->text().size() > limits::kRedirectUriBytes ||
            !http::is_https_url(uri->text()))
            return fail(Errc::invalid, kWrong);
        client.backchannel_logout_uri = uri->text();
    }
    SALUS_TRY(client.backchannel_logout_session_required,
              flag(root, "backchannel_logout_session_required",
                   "backchannel_logout_session_required is true or false"));
    return {};
}

Result<GrantTypes> grant_types(json::Value root) {
    auto const list = root.member("grant_types");
    if (!list) return GrantTypes{.client_credentials = true};
    constexpr Literal kWrong =
        "grant_types are client_credentials, authorization_code and refresh_token";
    if (!list->is_array() || list->size() == 0) return fail(Errc::invalid, kWrong);
    GrantTypes grants;
    for (auto const value : list->elements()) {
        if (value.is_text("client_credentials")) {
            grants.client_credentials = true;
        } else if (value.is_text("authorization_code")) {
            grants.authorization_code = true;
        } else if (value.is_text("refresh_token")) {
            grants.refresh_token = true;
        } else {
            return fail(Errc::invalid, kWrong);
        }
    }
    return grants;
}

Result<void> read_choices(json::Value root, Client& client) {
    auto const method = root.text_member("token_endpoint_auth_method").value_or("private_key_jwt");
    if (method == "none") {
        client.authentication = AuthenticationMethod::none;
    } else if (method == kSelfSigned) {
        client.authentication = AuthenticationMethod::self_signed_tls_client_auth;
    } else if (method == kVouchedFor) {
        client.authentication = AuthenticationMethod::tls_client_auth;
    } else if (method != "private_key_jwt") {
        return fail(Errc::invalid,
                    "token_endpoint_auth_method is private_key_jwt, self_signed_tls_client_auth, "
                    "tls_client_auth or none");
    }
    auto const profile = root.text_member("profile").value_or("smart");
    if (profile == "fapi2") {
        client.profile = Profile::fapi2;
    } else if (profile != "smart") {
        return fail(Errc::invalid, "profile is smart or fapi2");
    }
    return {};
}

Result<CertificateName> certificate_name(json::Value root) {
    constexpr Literal kWrong =
        "tls_client_auth needs exactly one of tls_client_auth_subject_dn, tls_client_auth_san_dns "
        "and tls_client_auth_san_uri; other methods, none";
    CertificateName name;
    for (auto const& [member, kind] : kCertificateNames) {
        auto const value = root.member(member);
        if (!value) continue;
        bool const good = value->is_string() && !value->text().empty() &&
                          value->text().size() <= limits::kCertificateNameBytes;
        if (!good || name.kind != CertificateNameKind::none) return fail(Errc::invalid, kWrong);
        name = {.kind = kind, .text = value->text()};
    }
    return name;
}

bool acts_for_people(request::ScopeRequest const& scope) {
    return !scope.words.empty() || std::ranges::any_of(scope.scopes, [](auto const& each) {
        return each.context == request::ScopeContext::patient ||
               each.context == request::ScopeContext::user;
    });
}

void write_list(json::Writer& writer, std::string_view name, std::vector<std::string> const& all) {
    if (all.empty()) return;
    writer.key(name).begin_array();
    for (auto const& each : all) writer.string(each);
    writer.end_array();
}

}  // namespace

Result<void> read_metadata(json::Value root, Client& client) {
    SALUS_TRY_VOID(read_choices(root, client));
    SALUS_TRY(client.certificate_name, certificate_name(root));
    SALUS_TRY(client.grants, grant_types(root));
    constexpr Literal kUris =
        "redirect_uris are https addresses, or http on 127.0.0.1 or [::1], without fragment";
    SALUS_TRY(client.redirect_uris, addresses(root, "redirect_uris", kUris));
    constexpr Literal kLogoutUris =
        "post_logout_redirect_uris are https addresses, or http on 127.0.0.1 or [::1]";
    SALUS_TRY(client.post_logout_redirect_uris,
              addresses(root, "post_logout_redirect_uris", kLogoutUris));
    SALUS_TRY_VOID(read_logout(root, client));
    SALUS_TRY(client.dpop_bound_access_tokens,
              flag(root, "dpop_bound_access_tokens", "dpop_bound_access_tokens is true or false"));
    SALUS_TRY(client.tls_client_certificate_bound_access_tokens,
              flag(root, "tls_client_certificate_bound_access_tokens",
                   "tls_client_certificate_bound_access_tokens is true or false"));
    SALUS_TRY(client.require_pushed_authorization_requests,
              flag(root, "require_pushed_authorization_requests",
                   "require_pushed_authorization_requests is true or false"));
    SALUS_TRY(client.device_posture,
              flag(root, "device_posture", "device_posture is true or false"));
    return {};
}

Result<void> check_metadata(Client const& client) {
    bool const for_people = client.grants.authorization_code;
    if (!client.jwks.empty() && !client.jwks_uri.empty())
        return fail(Errc::invalid, "jwks and jwks_uri exclude each other");
    if (client.needs_keys() == (client.jwks.empty() && client.jwks_uri.empty()))
        return fail(Errc::invalid,
                    "a client has keys (jwks or jwks_uri), or none and the method none or "
                    "tls_client_auth");
    bool const by_name = client.authentication == AuthenticationMethod::tls_client_auth;
    if (by_name != (client.certificate_name.kind != CertificateNameKind::none))
        return fail(Errc::invalid, "tls_client_auth and the name of a certificate need each other");
    // Its refresh tokens would be bound to nothing (RFC 8705 section 4).
    if (client.is_public() && client.tls_client_certificate_bound_access_tokens)
        return fail(Errc::invalid, "tokens of a public client are bound to keys (DPoP)");
    if (client.is_public() && client.grants.client_credentials)
        return fail(Errc::invalid, "a public client cannot act for itself");
    if (client.device_posture && client.authentication != AuthenticationMethod::private_key_jwt)
        return fail(Errc::invalid, "device_posture needs assertions (private_key_jwt)");
    if (client.grants.refresh_token && !for_people)
        return fail(Errc::invalid, "refresh_token needs authorization_code");
    if (for_people == client.redirect_uris.empty())
        return fail(Errc::invalid, "authorization_code and redirect_uris need each other");
    if (!for_people && !client.scope.words.empty())
        return fail(Errc::invalid, "without authorization_code there is no person to ask about");
    // Whom a client knows it knows by an ID token.
    bool const is_told = !client.backchannel_logout_uri.empty();
    if (is_told && !client.scope.words.has(request::ScopeWord::openid))
        return fail(Errc::invalid, "backchannel_logout_uri needs the scope openid");
    if (!is_told && client.backchannel_logout_session_required)
        return fail(Errc::invalid,
                    "backchannel_logout_session_required needs backchannel_logout_uri");
    if (for_people && !acts_for_people(client.scope))
        return fail(Errc::invalid, "authorization_code needs a scope that acts for a person");
    if (client.profile != Profile::fapi2) return {};
    if (client.is_public()) return fail(Errc::invalid, "FAPI 2.0 has no public clients");
    if (!client.dpop_bound_access_tokens && !client.tls_client_certificate_bound_access_tokens)
        return fail(Errc::invalid,
                    "FAPI 2.0 needs dpop_bound_access_tokens or "
                    "tls_client_certificate_bound_access_tokens");
    if (for_people && !client.require_pushed_authorization_requests)
        return fail(Errc::invalid, "FAPI 2.0 needs require_pushed_authorization_requests");
    return {};
}

void write_metadata(json::Writer& writer, Client const& client) {
    if (client.is_public()) writer.key("token_endpoint_auth_method").string("none");
    if (client.authentication == AuthenticationMethod::self_signed_tls_client_auth)
        writer.key("token_endpoint_auth_method").string(kSelfSigned);
    if (client.authentication == AuthenticationMethod::tls_client_auth)
        writer.key("token_endpoint_auth_method").string(kVouchedFor);
    for (auto const& [member, kind] : kCertificateNames) {
        if (client.certificate_name.kind == kind)
            writer.key(member).string(client.certificate_name.text);
    }
    if (client.profile == Profile::fapi2) writer.key("profile").string("fapi2");
    if (client.grants != GrantTypes{.client_credentials = true}) {
        writer.key("grant_types").begin_array();
        if (client.grants.client_credentials) writer.string("client_credentials");
        if (client.grants.authorization_code) writer.string("authorization_code");
        if (client.grants.refresh_token) writer.string("refresh_token");
        writer.end_array();
    }
    write_list(writer, "redirect_uris", client.redirect_uris);
    write_list(writer, "post_logout_redirect_uris", client.post_logout_redirect_uris);
    if (!client.backchannel_logout_uri.empty())
        writer.key("backchannel_logout_uri").string(client.backchannel_logout_uri);
    if (client.backchannel_logout_session_required)
        writer.key("backchannel_logout_session_required").boolean(true);
    if (client.dpop_bound_access_tokens) writer.key("dpop_bound_access_tokens").boolean(true);
    if (client.tls_client_certificate_bound_access_tokens)
        writer.key("tls_client_certificate_bound_access_tokens").boolean(true);
    if (client.require_pushed_authorization_requests)
        writer.key("require_pushed_authorization_requests").boolean(true);
    if (client.device_posture) writer.key("device_posture").boolean(true);
}

}  // namespace salus::oauth

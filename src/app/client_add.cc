#include "app/client_keys.h"
#include "app/command_line.h"
#include "app/commands.h"
#include "app/instance_client.h"
#include "app/terminal.h"

namespace salus::app {
namespace {

constexpr std::size_t kKeySetLargest = std::size_t{64} * 1024;

struct CertificateName {
    std::string kind;  // the member of the registration
    std::string text;
};
// Both empty: it proves itself otherwise.
CertificateName certificate_name(ClientAddOptions const& options) {
    if (!options.certificate_subject.empty())
        return {"tls_client_auth_subject_dn", options.certificate_subject};
    if (!options.certificate_dns.empty())
        return {"tls_client_auth_san_dns", options.certificate_dns};
    if (!options.certificate_uri.empty())
        return {"tls_client_auth_san_uri", options.certificate_uri};
    return {};
}

// Empty: they stand at an address, or there are none.
Result<std::string> public_keys(ClientAddOptions const& options, CertificateName const& name) {
    bool const has_none = options.is_public || !name.text.empty();
    if (has_none || !options.jwks_uri.empty()) return std::string();
    if (!options.key_file.empty()) return make_client_keys(options.key_file);
    SALUS_TRY(auto const bytes, read_file(options.jwks, kKeySetLargest));
    return std::string(text_of(bytes));
}

}  // namespace

int client_add(ClientAddOptions const& options) {
    int const given = (options.jwks.empty() ? 0 : 1) + (options.jwks_uri.empty() ? 0 : 1) +
                      (options.key_file.empty() ? 0 : 1) + (options.is_public ? 1 : 0) +
                      (options.certificate_subject.empty() ? 0 : 1) +
                      (options.certificate_dns.empty() ? 0 : 1) +
                      (options.certificate_uri.empty() ? 0 : 1);
    if (given != 1) {
        say_problem("a client needs keys",
                    "Give its public keys with --jwks FILE, their address with --jwks-uri URL, or "
                    "make a pair with --new-key FILE; an app that can keep no secret has none, "
                    "with --public, and one that an authority vouches for has a name, with "
                    "--certificate-subject, --certificate-dns or --certificate-uri.");
        return kUsage;
    }
    std::string why;
    auto const client = InstanceClient::connect(options.directory, why);
    if (!client) {
        say_problem(why);
        return kFailed;
    }
    auto const token =
        client->token(Layout{options.directory}.administrator(), std::string(kAdministrator),
                      "admin/clients.write", why, options.tenant);
    if (token.empty()) {
        say_problem("the administrator got no token: " + why);
        return kFailed;
    }
    auto const name = certificate_name(options);
    auto const jwks = public_keys(options, name);
    if (!jwks) {
        say_problem("the client's keys: " + std::string(jwks.error().why.text()));
        return kFailed;
    }
    http::Request request;
    request.method = http::Method::post;
    request.target = EphiText(InstanceClient::path_of(options.tenant) + "/admin/clients");
    request.headers.set("Authorization", "Bearer " + token);
    request.headers.set("Content-Type", "application/json");
    request.body =
        EphiText(registration_json({.id = options.id,
                                    .name = options.name.empty() ? options.id : options.name,
                                    .scope = options.scope,
                                    .purposes = options.purposes,
                                    .jwks = *jwks,
                                    .jwks_uri = options.jwks_uri,
                                    .self_signed = options.self_signed,
                                    .certificate_name_kind = name.kind,
                                    .certificate_name = name.text,
                                    .certificate_bound = options.certificate_bound,
                                    .dpop_bound = options.dpop_bound,
                                    .redirect_uris = options.redirect_uris,
                                    .logout_uris = options.logout_uris,
                                    .backchannel_logout_uri = options.backchannel_logout_uri,
                                    .pushes = options.pushes,
                                    .fapi2 = options.fapi2,
                                    .device_posture = options.device_posture,
                                    .roles = options.roles,
                                    .locations = options.locations}));
    auto response = client->send(std::move(request));
    if (!response || response->status != 201) {
        say_problem("the client was refused");
        if (response) say_problem(CommandLine::text(std::move(response->body)));
        return kFailed;
    }
    say("Registered " + options.id + " for " + options.scope);
    return kDone;
}

int token(TokenOptions const& options) {
    std::string why;
    auto const client = InstanceClient::connect(options.directory, why);
    if (!client) {
        say_problem(why);
        return kFailed;
    }
    auto const key =
        options.key_file.empty() ? Layout{options.directory}.demonstration() : options.key_file;
    auto const token = client->token(key, options.client, options.scope, why, options.tenant);
    if (token.empty()) {
        say_problem("no token: " + why);
        return kFailed;
    }
    say(token);
    return kDone;
}

}  // namespace salus::app

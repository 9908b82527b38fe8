#include "oauth/client.h"

#include <algorithm>
#include <array>

#include "foundation/oauth_limits.h"
#include "http/fetch.h"
#include "json/writer.h"
#include "oauth/client_metadata.h"
#include "oauth/form_reader.h"

namespace salus::oauth {
namespace {

constexpr std::size_t kNameLargest = 200;
constexpr std::size_t kPurposesLargest = 8;

constexpr std::array<std::string_view, 22> kMembers{"client_id",
                                                    "name",
                                                    "scope",
                                                    "purposes",
                                                    "roles",
                                                    "locations",
                                                    "jwks",
                                                    "jwks_uri",
                                                    "dpop_bound_access_tokens",
                                                    "tls_client_certificate_bound_access_tokens",
                                                    "tls_client_auth_subject_dn",
                                                    "tls_client_auth_san_dns",
                                                    "tls_client_auth_san_uri",
                                                    "token_endpoint_auth_method",
                                                    "profile",
                                                    "grant_types",
                                                    "redirect_uris",
                                                    "post_logout_redirect_uris",
                                                    "backchannel_logout_uri",
                                                    "backchannel_logout_session_required",
                                                    "require_pushed_authorization_requests",
                                                    "device_posture"};

Result<std::vector<request::PurposeOfUse>> purposes_from(json::Value root) {
    auto const list = root.member("purposes");
    if (!list || !list->is_array() || list->size() == 0 || list->size() > kPurposesLargest) {
        return fail(Errc::invalid, "purposes must be a list of purpose-of-use codes");
    }
    std::vector<request::PurposeOfUse> purposes;
    for (auto const value : list->elements()) {
        auto const purpose =
            value.is_string() ? request::purpose_of_code(value.text()) : std::nullopt;
        if (!purpose) return fail(Errc::invalid, "a purpose of use is not known");
        purposes.push_back(*purpose);
    }
    return purposes;
}

}  // namespace

bool is_client_id(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

std::string to_json(Client const& client) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object();
    writer.key("client_id").string(client.id.text());
    writer.key("name").string(client.name);
    writer.key("scope").string(request::to_text(client.scope));
    writer.key("purposes").begin_array();
    for (auto const purpose : client.purposes) writer.string(request::code_of(purpose).text());
    writer.end_array();
    request::write_roles(writer, "roles", client.roles);
    request::write_places(writer, "locations", client.locations);
    if (!client.jwks.empty()) writer.key("jwks").raw(client.jwks);
    if (!client.jwks_uri.empty()) writer.key("jwks_uri").string(client.jwks_uri);
    write_metadata(writer, client);
    writer.end_object();
    return out;
}

Result<Client> client_from_json(json::Value root) {
    if (!root.is_object()) return fail(Errc::invalid, "a client is a JSON object");
    for (auto const member : root.members()) {
        if (std::ranges::find(kMembers, member.name()) == kMembers.end())
            return fail(Errc::invalid, "a client has no such member");
    }
    Client client;
    auto const id = root.text_member("client_id");
    if (!id || !is_client_id(*id)) {
        return fail(Errc::invalid, "client_id must be 1 to 64 of A-Z, a-z, 0-9, - and _");
    }
    client.id = ClientId(*id);
    auto const name = root.text_member("name");
    if (!name || name->empty() || name->size() > kNameLargest) {
        return fail(Errc::invalid, "name must be a text of at most 200 bytes");
    }
    client.name = *name;
    auto const scope = request::parse_scope_request(root.text_member("scope").value_or(""));
    if (!scope) return fail(Errc::invalid, "scope must be SMART v2 scopes");
    client.scope = *scope;
    SALUS_TRY(client.purposes, purposes_from(root));
    auto roles = request::roles_in(root, "roles");
    if (!roles) return fail(Errc::invalid, request::kWhatRolesAre);
    client.roles = *std::move(roles);
    auto locations = request::places_in(root, "locations");
    if (!locations) return fail(Errc::invalid, request::kWhatPlacesAre);
    client.locations = *std::move(locations);
    if (auto const jwks = root.member("jwks")) {
        if (!jwks->is_object()) return fail(Errc::invalid, "jwks must be a JSON Web Key Set");
        client.jwks = jwks->raw();
        SALUS_TRY(client.keys, jose::KeySet::parse(client.jwks));
    }
    if (root.member("jwks_uri")) {
        client.jwks_uri = root.text_member("jwks_uri").value_or("");
        if (client.jwks_uri.size() > limits::kRedirectUriBytes ||
            !http::is_https_url(client.jwks_uri))
            return fail(Errc::invalid, "jwks_uri must be an https address without fragment");
    }
    SALUS_TRY_VOID(read_metadata(root, client));
    SALUS_TRY_VOID(check_metadata(client));
    return client;
}

Result<std::optional<records::StoredDocument>> read_client(records::Records& records,
                                                           std::string_view id) {
    SALUS_TRY(auto stored, records.get(records::DocumentClass::client, kClientType, id));
    if (!stored || stored->state != store::VersionState::live)
        return std::optional<records::StoredDocument>();
    return stored;
}

Result<Client> client_in(records::StoredDocument stored, json::Parser& parser) {
    SALUS_TRY(auto const document, parser.index(FormReader::take(std::move(stored.text))));
    return client_from_json(document.root());
}

Result<std::optional<Client>> find_client(records::Records& records, json::Parser& parser,
                                          std::string_view id) {
    if (!is_client_id(id)) return std::optional<Client>();
    SALUS_TRY(auto stored, read_client(records, id));
    if (!stored) return std::optional<Client>();
    SALUS_TRY(auto client, client_in(*std::move(stored), parser));
    return std::optional(std::move(client));
}

}  // namespace salus::oauth

#include "app/outside_provider_section.h"

#include "foundation/file.h"
#include "foundation/limits.h"
#include "foundation/provider_limits.h"

namespace salus::app {
namespace {

constexpr std::size_t kCertificatesLargest = 4 * limits::kMiB;
constexpr std::size_t kNameBytes = 64;
constexpr std::size_t kValueBytes = 256;

bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_value(std::string_view text) {
    return !text.empty() && text.size() <= kValueBytes && is_visible(text);
}

// Letters of any language, and no controls.
bool is_text(std::string_view text, std::size_t largest) {
    return !text.empty() && text.size() <= largest && std::ranges::none_of(text, [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte < ' ' || byte == 0x7f;
    });
}

// OpenID Connect Discovery 1.0 section 3: no query, no fragment.
bool is_issuer(std::string const& text) {
    return text.size() <= kValueBytes && http::is_https_url(text) &&
           text.find('?') == std::string::npos;
}

std::vector<std::string> values(Section& section, std::string_view key) {
    if (!section.has(key)) return {};
    auto values = section.texts_in_order(key);
    if (!std::ranges::all_of(values, is_value))
        section.complain(key, "must be a list of values without spaces");
    return values;
}

outside_provider::Accepted read_accepted(Section& provider, std::string_view key,
                                         std::string& why) {
    outside_provider::Accepted accepted;
    if (!provider.has(key)) return accepted;
    Section section(provider.section(key), "sign_in.provider." + std::string(key), why);
    accepted.acr = values(section, "acr");
    accepted.amr = values(section, "amr");
    section.finish();
    return accepted;
}

std::vector<http::Network> read_networks(Section& section) {
    std::vector<http::Network> networks;
    if (!section.has("networks")) return networks;
    for (auto const& text : section.texts("networks")) {
        auto const network = http::Network::parse(text);
        if (network) {
            networks.push_back(*network);
        } else {
            section.complain("networks", std::string(network.error().why.text()));
        }
    }
    return networks;
}

std::optional<outside_provider::RoleRule> read_role_rule(toml::table const* table,
                                                         std::string& why) {
    Section section(table, "sign_in.provider.roles", why);
    auto claim = section.text("claim");
    if (!is_value(claim) || !outside_provider::may_mean_roles(claim))
        section.complain("claim", "must be a claim that people do not choose themselves");
    auto value = section.text("value");
    if (!is_text(value, kValueBytes)) section.complain("value", "must be a text of 1 to 256 bytes");
    auto role = request::RoleName::parse(section.text("role"));
    if (!role)
        section.complain("role", "must be a small letter, then at most 31 letters and digits");
    section.finish();
    if (!role) return std::nullopt;
    return outside_provider::RoleRule{
        .claim = std::move(claim), .value = std::move(value), .role = *std::move(role)};
}

std::vector<outside_provider::RoleRule> read_role_rules(Section& provider, std::string& why) {
    std::vector<outside_provider::RoleRule> rules;
    if (!provider.has("roles")) return rules;
    auto const tables = provider.sections("roles");
    if (tables.size() > limits::kProviderRoleRules) provider.complain("roles", "are more than 256");
    request::RoleNames roles;
    for (auto const* table : tables) {
        auto rule = read_role_rule(table, why);
        if (!rule) continue;
        roles = request::united(roles, {rule->role});
        rules.push_back(*std::move(rule));
    }
    if (roles.size() > request::kRolesLargest)
        provider.complain("roles", "must give at most 16 roles in all");
    return rules;
}

// RFC 6749 section 3.3. A refresh token of theirs would be of no use here.
std::vector<std::string> read_scopes(Section& provider) {
    auto scopes = values(provider, "scopes");
    bool const good = scopes.size() <= limits::kProviderScopes &&
                      std::ranges::all_of(scopes, [](std::string_view scope) {
                          return scope.find_first_of("\"\\") == std::string_view::npos &&
                                 scope != "openid" && scope != "offline_access";
                      });
    if (!good) provider.complain("scopes", "must be at most 8 scopes beside openid");
    return scopes;
}

}  // namespace

void read_sign_in(toml::table const* table, Configuration& configuration, std::string& why) {
    Section sign_in(table, "sign_in", why);
    auto const breached =
        sign_in.has("breached_passwords") ? sign_in.text("breached_passwords") : std::string();
    if (!breached.empty()) configuration.breached_passwords = configuration.directory / breached;
    if (sign_in.has("emergency_minutes")) {
        configuration.emergency_life = std::chrono::minutes(
            sign_in.number("emergency_minutes", limits::kEmergencyShortest.count(),
                           limits::kEmergencyLongest.count()));
    }
    if (!sign_in.has("provider")) {
        sign_in.finish();
        return;
    }
    Section section(sign_in.section("provider"), "sign_in.provider", why);
    sign_in.finish();
    OutsideProviderConfiguration provider;
    auto& settings = provider.settings;
    settings.issuer = section.text("issuer");
    if (!is_issuer(settings.issuer)) section.complain("issuer", "must be an https address");
    settings.client_id = section.text("client_id");
    if (!is_value(settings.client_id)) section.complain("client_id", "must be a text, no spaces");
    // What we sign there must not look like a token that we issue here.
    if (settings.client_id == configuration.server.public_url)
        section.complain("client_id", "must not be server.public_url");
    settings.name = section.text("name");
    if (!is_text(settings.name, kNameBytes))
        section.complain("name", "must be a text of 1 to 64 bytes");
    settings.multi_factor = read_accepted(section, "multi_factor", why);
    settings.phishing_resistant = read_accepted(section, "phishing_resistant", why);
    settings.roles = read_role_rules(section, why);
    settings.scopes = read_scopes(section);
    if (section.has("authorities"))
        provider.authorities = configuration.directory / section.text("authorities");
    provider.networks = read_networks(section);
    section.finish();
    configuration.outside_provider = std::move(provider);
}

std::optional<http::FetchRules> provider_fetch_rules(OutsideProviderConfiguration const& provider,
                                                     std::string& why) {
    auto const pem = read_file(provider.authorities, kCertificatesLargest);
    if (!pem) {
        why = "sign_in.provider.authorities: " + std::string(pem.error().why.text());
        return std::nullopt;
    }
    return http::FetchRules{.authorities_pem = std::string(text_of(*pem)),
                            .networks = provider.networks,
                            .bytes = limits::kProviderBytes,
                            .time = limits::kProviderTime};
}

}  // namespace salus::app

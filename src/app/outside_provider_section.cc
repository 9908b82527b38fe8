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
bool is_shown_name(std::string_view text) {
    return !text.empty() && text.size() <= kNameBytes && std::ranges::none_of(text, [](char c) {
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

}  // namespace

void read_sign_in(toml::table const* table, Configuration& configuration, std::string& why) {
    Section sign_in(table, "sign_in", why);
    auto const breached =
        sign_in.has("breached_passwords") ? sign_in.text("breached_passwords") : std::string();
    if (!breached.empty()) configuration.breached_passwords = configuration.directory / breached;
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
    if (!is_shown_name(settings.name)) section.complain("name", "must be a text of 1 to 64 bytes");
    settings.multi_factor = read_accepted(section, "multi_factor", why);
    settings.phishing_resistant = read_accepted(section, "phishing_resistant", why);
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

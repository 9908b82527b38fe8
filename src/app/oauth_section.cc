#include "app/oauth_section.h"

#include "foundation/file.h"
#include "foundation/limits.h"
#include "foundation/oauth_limits.h"
#include "jose/algorithm.h"

namespace salus::app {
namespace {

constexpr std::size_t kAuthoritiesLargest = 4 * limits::kMiB;

}  // namespace

void read_oauth(toml::table const* table, Configuration& configuration, std::string& why) {
    Section section(table, "oauth", why);
    auto& oauth = configuration.oauth;
    for (auto const& text : section.texts("jwks_uri_networks")) {
        auto const network = http::Network::parse(text);
        if (network) {
            oauth.jwks_uri_networks.push_back(*network);
        } else {
            section.complain("jwks_uri_networks", std::string(network.error().why.text()));
        }
    }
    oauth.jwks_uri_authorities = configuration.directory / section.text("jwks_uri_authorities");
    if (section.has("signing_algorithm")) {
        auto const algorithm = jose::algorithm_named(section.text("signing_algorithm"));
        if (algorithm == crypto::SignatureAlgorithm::es256 ||
            algorithm == crypto::SignatureAlgorithm::rs256) {
            oauth.signing_algorithm = *algorithm;
        } else {
            section.complain("signing_algorithm", "must be ES256 or RS256");
        }
    }
    if (section.has("tls_client_auth_authorities")) {
        auto const file = section.text("tls_client_auth_authorities");
        if (!file.empty()) oauth.tls_client_auth_authorities = configuration.directory / file;
    }
    if (section.has("dpop_nonce")) oauth.dpop_nonce = section.boolean("dpop_nonce");
    section.finish();
}

std::optional<http::FetchRules> key_fetch_rules(OauthConfiguration const& oauth, std::string& why) {
    auto const pem = read_file(oauth.jwks_uri_authorities, kAuthoritiesLargest);
    // A system without authorities serves all clients but those whose keys stand elsewhere.
    bool const is_default = oauth.jwks_uri_authorities == OauthConfiguration::kSystemAuthorities;
    if (!pem && !(is_default && pem.error().code == Errc::not_found)) {
        why = "oauth.jwks_uri_authorities: " + std::string(pem.error().why.text());
        return std::nullopt;
    }
    return http::FetchRules{.authorities_pem = pem ? std::string(text_of(*pem)) : std::string(),
                            .networks = oauth.jwks_uri_networks,
                            .bytes = limits::kKeySetBytes,
                            .time = limits::kKeyFetchTime};
}

std::optional<std::vector<crypto::PresentedCertificate>> client_authorities(
    OauthConfiguration const& oauth, std::string& why) {
    if (oauth.tls_client_auth_authorities.empty())
        return std::vector<crypto::PresentedCertificate>();
    auto const pem = read_file(oauth.tls_client_auth_authorities, kAuthoritiesLargest);
    auto authorities =
        pem ? crypto::PresentedCertificate::parse_pem(text_of(*pem)) : std::unexpected(pem.error());
    if (authorities) return *std::move(authorities);
    why = "oauth.tls_client_auth_authorities: " + std::string(authorities.error().why.text());
    return std::nullopt;
}

}  // namespace salus::app

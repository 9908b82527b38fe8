// IAM: authentication of clients and validation of tokens.
#include <array>
#include <fmt/format.h>
#include <sys/stat.h>

#include "app/control_readings.h"
#include "app/instance.h"
#include "authentication/possession_proofs.h"
#include "jose/claims.h"
#include "jose/dpop.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "oauth/metadata.h"

namespace salus::app {
namespace {

// A token issuer of its own, made for one reading.
class ProbeIssuer {
public:
    explicit ProbeIssuer(WallTime now) : now_(to_unix_seconds(now)) {}

    [[nodiscard]] std::string token(std::string_view issuer, std::string_view audience,
                                    std::int64_t life, std::string_view type = "at+jwt") const {
        auto const claims =
            fmt::format(R"({{"iss":"{}","sub":"p","aud":"{}","iat":{},"exp":{},"jti":"p"}})",
                        issuer, audience, now_ - 1, now_ + life);
        return jose::sign_compact(key_, "probe", type, claims);
    }
    // As authentication/authentication.cc accepts one.
    [[nodiscard]] bool accepts(std::string_view token) const {
        auto const keys = jose::KeySet::parse(
            R"({"keys":[)" + jose::to_jwk(key_.verifying_key(), "probe", key_.algorithm()) + "]}");
        if (!keys) return false;
        jose::VerifyOptions options;
        options.type = "at+jwt";
        options.algorithms = {crypto::SignatureAlgorithm::es256};
        auto const verified = jose::verify_compact(token, *keys, options);
        if (!verified) return false;
        jose::ClaimRules rules;
        rules.issuer = "us";
        rules.audiences = {"api"};
        auto const now = WallTime(std::chrono::seconds(now_));
        return jose::check_claims(verified->payload.root(), rules, now).has_value();
    }

private:
    std::int64_t now_;
    crypto::SigningKey key_ = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
};

constexpr std::chrono::hours kProbeMoment{1};

// RFC 9449 section 4.2.
std::string proof_by(crypto::SigningKey const& key, std::string_view url, WallTime when) {
    auto const header = R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" +
                        jose::to_jwk(key.verifying_key(), "probe", key.algorithm()) + "}";
    auto const claims =
        fmt::format(R"({{"jti":"probe","htm":"GET","htu":"{}","iat":{},"ath":"{}"}})", url,
                    to_unix_seconds(when), to_base64url(crypto::sha256(bytes_of("token"))));
    auto const text = to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(claims));
    return text + "." + to_base64url(key.sign(bytes_of(text)));
}

std::string with_header(std::string_view token, std::string_view header) {
    return to_base64url(bytes_of(header)) + std::string(token.substr(token.find('.')));
}

}  // namespace

request::Tenant first_tenant(EvidenceContext const& context) {
    auto const& configuration = context.sources.configuration;
    auto const& tenant = context.sources.tenants.front();
    return {.name = tenant.name,
            .realm = configuration.realm,
            .path = "",
            .public_url = configuration.server.public_url,
            .keyring = tenant.keyring,
            .audit_log = tenant.audit_log,
            .store = context.sources.store};
}

Finding client_authentication(EvidenceContext const& context) {
    json::Parser parser;
    auto const& configuration = context.sources.configuration;
    auto const origin = configuration.server.mutual_tls_origin();
    auto const document = parser.parse(oauth::authorization_server_metadata(
        first_tenant(context),
        {.origin = origin,
         .by_authority = !configuration.oauth.tls_client_auth_authorities.empty()}));
    if (!document) return broken("the authorization server's metadata is not JSON");
    auto const methods = document->root().member("token_endpoint_auth_methods_supported");
    if (!methods || !methods->is_array()) return broken("no client authentication is published");
    std::string list;
    bool passwords = false;
    for (auto const method : methods->elements()) {
        list.append(list.empty() ? "" : ", ").append(method.text());
        // Public clients (none) get nothing by themselves: a code or a refresh token is theirs.
        passwords = passwords || method.text().starts_with("client_secret");
    }
    return works_if(!passwords && !list.empty(),
                    fmt::format("the metadata as served offers: {}", list));
}

Finding token_signing(EvidenceContext const& context) {
    Layout const layout{context.sources.configuration.directory};
    int sealed = 0;
    int open = 0;
    for (auto const& tenant : context.sources.tenants) {
        auto const path = layout.token_key(tenant.name);
        auto const contents = read_file(path, limits::kSealedFileBytes);
        bool const is_sealed = contents && crypto::Sealed::from_storage(*contents).has_value();
        is_sealed ? ++sealed : ++open;
    }
    return works_if(
        open == 0,
        fmt::format("{}, RFC 9068, tokens live {} s; signing keys sealed on disk: "
                    "{} of {}",
                    jose::algorithm_name(context.sources.configuration.oauth.signing_algorithm),
                    limits::kAccessTokenLife.count(), sealed, sealed + open));
}

Finding token_validation(EvidenceContext const& context) {
    ProbeIssuer const issuer(context.sources.clock.now());
    ProbeIssuer const stranger(context.sources.clock.now());
    auto const good = issuer.token("us", "api", 60);
    auto damaged = good;
    auto& character = damaged[damaged.rfind('.') + 5];
    character = character == 'A' ? 'B' : 'A';
    auto const unsigned_token = with_header(good, R"({"alg":"none","typ":"at+jwt"})");
    auto const forged = std::to_array<std::string>({
        unsigned_token,
        unsigned_token.substr(0, unsigned_token.rfind('.') + 1),
        with_header(good, R"({"alg":"HS256","kid":"probe","typ":"at+jwt"})"),
        damaged,
        stranger.token("us", "api", 60),
        issuer.token("others", "api", 60),
        issuer.token("us", "elsewhere", 60),
        issuer.token("us", "api", -60),
        issuer.token("us", "api", 60, "JWT"),
    });
    std::size_t refused = 0;
    for (auto const& token : forged) refused += issuer.accepts(token) ? 0U : 1U;
    bool const accepts_good = issuer.accepts(good);
    return works_if(accepts_good && refused == forged.size(),
                    fmt::format("tried now with a key made for it: {} of {} forged tokens "
                                "refused, a good one {}",
                                refused, forged.size(), accepts_good ? "accepted" : "refused"));
}

// A proof of possession as a client makes it, and what a thief could make of it, through the
// verifier that requests go through.
Finding bound_tokens(EvidenceContext const& context) {
    auto const now = context.sources.clock.now();
    constexpr std::string_view kUrl = "https://localhost/fhir/Patient/probe";
    auto const holder = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    auto const thief = crypto::SigningKey::generate(crypto::SignatureAlgorithm::es256);
    auto const thumbprint = jose::thumbprint(holder.verifying_key());
    crypto::SystemRandom random;
    using Proofs = authentication::PossessionProofs;
    // Of one that began long enough ago: a proof is dated in whole seconds.
    Proofs proofs(now - limits::kClockSkew - std::chrono::seconds(1), 16, random);
    Proofs proofs_of_next(now, 16, random);
    auto const accepted_by = [&](Proofs& by, std::string const& proof, std::string_view url) {
        jose::DpopRules const rules{.method = "GET",
                                    .url = url,
                                    .access_token = "token",
                                    .algorithms = jose::dpop_algorithms()};
        request::Challenge challenge;
        auto const proven = jose::verify_dpop_proof(proof, rules, now);
        return proven && proven->thumbprint == thumbprint &&
               by.accept(*proven, url, ClientId("probe"), MonotonicTime(kProbeMoment), challenge)
                   .has_value();
    };
    auto const accepted = [&](std::string const& proof, std::string_view url) {
        return accepted_by(proofs, proof, url);
    };
    auto const good = proof_by(holder, kUrl, now);
    bool const works = accepted(good, kUrl);
    int refused = 0;
    refused += accepted(good, kUrl) ? 0 : 1;  // again
    refused += accepted(proof_by(thief, kUrl, now), kUrl) ? 0 : 1;
    refused += accepted(proof_by(holder, kUrl, now), "https://localhost/fhir/Patient/b") ? 0 : 1;
    refused += accepted(proof_by(holder, kUrl, now - std::chrono::hours(1)), kUrl) ? 0 : 1;
    refused += accepted_by(proofs_of_next, good, kUrl) ? 0 : 1;
    return works_if(works && refused == 5,
                    fmt::format("DPoP, tried now: a fresh proof {}, and {} of 5 refused that were "
                                "used before, also before a start, a thief's, for another address, "
                                "or old",
                                works ? "accepted" : "REFUSED", refused));
}

}  // namespace salus::app

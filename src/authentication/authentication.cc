#include "authentication/authentication.h"

#include "authentication/credential_reader.h"
#include "foundation/limits.h"
#include "jose/claims.h"
#include "jose/jws.h"

namespace salus::authentication {
namespace {

// One reason for every wrong token: which part was wrong helps only an attacker (API-3).
constexpr Literal kRefused = "the access token is not valid";

std::unexpected<Error> refused() {
    return fail(Errc::unauthenticated, kRefused);
}

}  // namespace

Authentication::Authentication(request::Tenant const& tenant, TokenKeys const& keys,
                               Clock const& clock)
    : tenant_(tenant), keys_(keys), clock_(clock) {
    request::CallerFacts facts;
    facts.tenant = tenant.name;
    anonymous_ = request::CallerPointer(new request::Caller(std::move(facts)));
}

Result<request::CallerPointer> Authentication::authenticate(http::Request const& request) {
    auto const token = bearer_token(request);
    if (!token) {
        ++statistics_.refused;
        return fail(token.error());
    }
    if (!*token) return anonymous_;
    auto const digest = crypto::sha256(bytes_of(**token));
    if (auto const known = verified_.find(digest); known != verified_.end()) {
        if (clock_.now() < known->second->facts().expires) {
            ++statistics_.cached;
            return known->second;
        }
        verified_.erase(known);
    }
    auto caller = verify(**token);
    if (!caller) {
        ++statistics_.refused;
        return caller;
    }
    ++statistics_.verified;
    remember(digest, *caller);
    return caller;
}

Result<request::CallerPointer> Authentication::verify(std::string_view token) {
    jose::VerifyOptions options;
    options.type = "at+jwt";
    options.algorithms = {crypto::SignatureAlgorithm::es256};
    auto const verified = jose::verify_compact(token, keys_.current()->verifying_keys(), options);
    if (!verified) return refused();
    auto const payload = verified->payload.root();
    jose::ClaimRules rules;
    rules.issuer = tenant_.issuer();
    rules.audiences = {tenant_.fhir_base()};
    auto const claims = jose::check_claims(payload, rules, clock_.now());
    if (!claims || claims->token_id.value_or("").empty()) return refused();

    auto const client = payload.text_member("client_id");
    auto const scopes = request::parse_scopes(payload.text_member("scope").value_or(""));
    auto const purpose =
        request::purpose_of_code(payload.text_member("purpose_of_use").value_or(""));
    if (!client || client->empty() || !scopes || !purpose) return refused();
    request::CallerFacts facts;
    facts.anonymous = false;
    facts.tenant = tenant_.name;
    facts.client = ClientId(*client);
    facts.token_id = *claims->token_id;
    facts.purpose = purpose;
    facts.scopes = *scopes;
    facts.scope_text = request::to_text(*scopes);
    facts.expires = claims->expires;
    return request::CallerPointer(new request::Caller(std::move(facts)));
}

void Authentication::remember(crypto::Sha256Digest const& digest,
                              request::CallerPointer const& caller) {
    if (verified_.size() >= limits::kTokenCacheEntries) {
        std::erase_if(verified_, [now = clock_.now()](auto const& entry) {
            return entry.second->facts().expires <= now;
        });
        // Full of live tokens: start over rather than grow. Each costs one signature check again.
        if (verified_.size() >= limits::kTokenCacheEntries) verified_.clear();
    }
    verified_.emplace(digest, caller);
}

}  // namespace salus::authentication

#include "authentication/authentication.h"

#include <algorithm>

#include "authentication/access_token_verifier.h"
#include "authentication/certificate_binding.h"
#include "foundation/limits.h"
#include "http/grammar.h"
#include "jose/dpop.h"

namespace salus::authentication {
namespace {

std::unexpected<Error> refused() {
    return fail(Errc::unauthenticated, "the access token is not valid");
}

}  // namespace

Authentication::Authentication(request::Tenant const& tenant, TokenKeys const& keys,
                               TokenGuards& guards, Standing& standing, Clock const& clock)
    : tenant_(tenant),
      keys_(keys),
      guards_(guards),
      standing_(standing),
      clock_(clock),
      origin_(tenant.public_url.substr(0, tenant.public_url.size() - tenant.path.size())),
      epoch_(guards.revocations.epoch()) {
    request::CallerFacts facts;
    facts.tenant = tenant.name;
    anonymous_ = request::CallerPointer(new request::Caller(std::move(facts)));
}

Result<request::CallerPointer> Authentication::authenticate(http::Request const& request,
                                                            request::Challenge& challenge) {
    challenge = {};
    if (request.headers.count("Authorization") > 0)
        challenge.error = request::CredentialError::invalid_token;
    auto const attempt = [&]() -> Result<request::CallerPointer> {
        SALUS_TRY(auto const credential, credential_of(request));
        if (!credential) return anonymous_;
        challenge.dpop = credential->scheme == Scheme::dpop;
        SALUS_TRY(auto caller, caller_of(credential->token));
        SALUS_TRY_VOID(prove_possession(request, *credential, *caller, challenge));
        return caller;
    };
    auto caller = attempt();
    if (!caller) ++statistics_.refused;
    return caller;
}

Result<request::CallerPointer> Authentication::caller_of(std::string_view token) {
    forget_revoked();
    auto const digest = crypto::sha256(bytes_of(token));
    if (auto const known = verified_.find(digest); known != verified_.end()) {
        if (clock_.now() < known->second->facts().expires) {
            ++statistics_.cached;
            return known->second;
        }
        verified_.erase(known);
    }
    SALUS_TRY(auto facts, verify_access_token(token, tenant_, keys_, clock_.now()));
    request::CallerPointer caller(new request::Caller(std::move(facts)));
    // What is revoked from here on comes as news, which is looked at before the next request.
    SALUS_TRY(bool const stands, standing_.stands(caller->facts()));
    if (!stands) return refused();
    ++statistics_.verified;
    remember(digest, caller);
    return caller;
}

// RFC 9449 section 7.1: a token that is bound to a key counts under the scheme DPoP alone, and with
// a fresh proof by that key; one that is not bound, never under that scheme.
Result<void> Authentication::prove_possession(http::Request const& request,
                                              Credential const& credential,
                                              request::Caller const& caller,
                                              request::Challenge& challenge) {
    constexpr Literal kNotProven = "the proof of possession is not valid";
    // RFC 8705 section 3: on each connection anew, whatever was shown on another (S36).
    auto const& certificate = caller.facts().certificate_thumbprint;
    if (!certificate.empty() && certificate != certificate_thumbprint(request.peer))
        return refused();
    auto const& thumbprint = caller.facts().key_thumbprint;
    bool const bound = !thumbprint.empty();
    if (bound != (credential.scheme == Scheme::dpop)) return refused();
    if (!bound) return {};
    challenge.error = request::CredentialError::invalid_dpop_proof;
    auto const header = request.headers.get("DPoP");
    if (!header) return fail(Errc::unauthenticated, kNotProven);
    auto const url = origin_ + std::string(CredentialReader::target(request));
    auto const proof = jose::verify_dpop_proof(*header,
                                               {.method = http::name_of(request.method),
                                                .url = url,
                                                .access_token = credential.token,
                                                .algorithms = jose::dpop_algorithms()},
                                               clock_.now());
    if (!proof || proof->thumbprint != thumbprint) return fail(Errc::unauthenticated, kNotProven);
    auto const now = clock_.monotonic();
    if (guards_.nonces && !guards_.nonces->accepts(proof->nonce.value_or(""), now)) {
        challenge.error = request::CredentialError::use_dpop_nonce;
        challenge.dpop_nonce = guards_.nonces->current(now);
        return fail(Errc::unauthenticated, "the proof of possession lacks a nonce of ours");
    }
    auto used = guards_.proofs.use(*proof, *jose::comparable_url(url), caller.facts().client, now);
    if (!used && used.error().code == Errc::unauthenticated)
        return fail(Errc::unauthenticated, kNotProven);
    return used;
}

void Authentication::forget_revoked() {
    if (guards_.revocations.epoch() == epoch_) return;
    auto const news = guards_.revocations.since(epoch_);
    epoch_ = news.epoch;
    if (news.all) return verified_.clear();
    std::erase_if(verified_, [&](auto const& entry) {
        auto const& token = entry.second->facts();
        return std::ranges::any_of(news.names, [&](std::string const& name) {
            return name == token.token_id || (token.person && (name == token.person->grant ||
                                                               name == token.person->id.text()));
        });
    });
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

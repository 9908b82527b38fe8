#include "authentication/authentication.h"

#include "authentication/access_token_verifier.h"
#include "authentication/certificate_binding.h"
#include "http/grammar.h"
#include "jose/dpop.h"

namespace salus::authentication {
Authentication::Authentication(request::Tenant const& tenant, VerifiedTokens& verified,
                               TokenGuards& guards, Clock const& clock)
    : verified_(verified),
      guards_(guards),
      clock_(clock),
      origin_(tenant.public_url.substr(0, tenant.public_url.size() - tenant.path.size())) {
    request::CallerFacts facts;
    facts.tenant = tenant.name;
    anonymous_ = make_caller(std::move(facts));
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
        SALUS_TRY(auto const token, verified_.find(credential->token));
        SALUS_TRY_VOID(prove_possession(request, *credential, token.facts(), challenge));
        return token.caller_;
    };
    auto caller = attempt();
    if (!caller) ++refused_;
    return caller;
}

// RFC 9449 section 7.1: a token that is bound to a key counts under the scheme DPoP alone, and with
// a fresh proof by that key; one that is not bound, never under that scheme.
Result<void> Authentication::prove_possession(http::Request const& request,
                                              Credential const& credential,
                                              request::CallerFacts const& token,
                                              request::Challenge& challenge) {
    constexpr Literal kNotProven = "the proof of possession is not valid";
    // RFC 8705 section 3: on each connection anew, whatever was shown on another (S36).
    auto const& certificate = token.certificate_thumbprint;
    if (!certificate.empty() && certificate != certificate_thumbprint(request.peer))
        return refused();
    auto const& thumbprint = token.key_thumbprint;
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
    auto accepted = guards_.proofs.accept(*proof, *jose::comparable_url(url), token.client,
                                          clock_.monotonic(), challenge);
    if (!accepted && accepted.error().code == Errc::unauthenticated)
        return fail(Errc::unauthenticated, kNotProven);
    return accepted;
}

}  // namespace salus::authentication

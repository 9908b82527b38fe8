#include "oauth/key_proof.h"

#include "jose/dpop.h"
#include "oauth/answers.h"

namespace salus::oauth {

Result<std::string> proven_key(request::Exchange& exchange, std::string const& url,
                               ClientId const& client, authentication::TokenGuards& guards,
                               Clock const& clock) {
    auto const& headers = exchange.request.headers;
    auto const proofs = headers.count("DPoP");
    if (proofs == 0) return std::string();
    if (proofs > 1) return fail(Errc::unauthenticated, "exactly one DPoP proof is needed");
    SALUS_TRY(auto proof, jose::verify_dpop_proof(*headers.get("DPoP"),
                                                  {.method = "POST",
                                                   .url = url,
                                                   .access_token = std::nullopt,
                                                   .algorithms = jose::dpop_algorithms()},
                                                  clock.now()));
    SALUS_TRY_VOID(guards.proofs.accept(proof, *jose::comparable_url(url), client,
                                        clock.monotonic(), exchange.challenge));
    return std::move(proof.thumbprint);
}

request::Prepared key_not_proven(request::Exchange const& exchange) {
    if (exchange.challenge.error != request::CredentialError::use_dpop_nonce)
        return protocol_error(400, "invalid_dpop_proof", "the proof of possession is not valid");
    auto prepared = protocol_error(400, "use_dpop_nonce", "the proof needs the nonce that is sent");
    prepared.headers.set("DPoP-Nonce", exchange.challenge.dpop_nonce);
    return prepared;
}

}  // namespace salus::oauth

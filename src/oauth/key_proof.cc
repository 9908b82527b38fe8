#include "oauth/key_proof.h"

#include "jose/dpop.h"

namespace salus::oauth {

Result<std::string> proven_key(http::Request const& request, std::string const& url,
                               authentication::TokenGuards& guards, Clock const& clock) {
    auto const proofs = request.headers.count("DPoP");
    if (proofs == 0) return std::string();
    if (proofs > 1) return fail(Errc::unauthenticated, "exactly one DPoP proof is needed");
    SALUS_TRY(auto proof, jose::verify_dpop_proof(*request.headers.get("DPoP"),
                                                  {.method = "POST",
                                                   .url = url,
                                                   .access_token = std::nullopt,
                                                   .algorithms = jose::dpop_algorithms()},
                                                  clock.now()));
    SALUS_TRY_VOID(guards.proofs.use(proof, *jose::comparable_url(url), clock.monotonic()));
    return std::move(proof.thumbprint);
}

}  // namespace salus::oauth

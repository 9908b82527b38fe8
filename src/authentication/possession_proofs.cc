#include "authentication/possession_proofs.h"

#include "foundation/limits.h"

namespace salus::authentication {

Result<void> PossessionProofs::accept(jose::DpopProof const& proof, std::string_view url,
                                      ClientId const& client, MonotonicTime now,
                                      request::Challenge& challenge) {
    bool const needs_nonce = always_ || proof.issued_at < began_ + limits::kClockSkew;
    if (needs_nonce && !nonces_.accepts(proof.nonce.value_or(""), now)) {
        challenge.error = request::CredentialError::use_dpop_nonce;
        challenge.dpop_nonce = nonces_.current(now);
        return fail(Errc::unauthenticated, "the proof of possession lacks a nonce of ours");
    }
    return memory_.use(proof, url, client, now);
}

}  // namespace salus::authentication

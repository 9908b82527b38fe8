// Takes proofs of possession (RFC 9449) that verified: each counts once (section 11.1), and some
// need a nonce of ours (sections 8 and 9). What could have been used before this process began is
// nothing that it remembers, so such a proof needs one: whoever knows a nonce of this process made
// the proof since. A proof is accepted until its date plus its life, and from its date less the
// skew: one whose date is the skew or more behind our beginning nobody could have used before.
// Clients get a nonce by asking, and a client whose clock is behind needs one for that much longer.
// IAM-9, S34. Thread safety: any thread.
#pragma once

#include "authentication/proof_memory.h"
#include "authentication/proof_nonces.h"
#include "request/challenge.h"

namespace salus::authentication {

class PossessionProofs {
public:
    // `began`: when this process did, and no other on these records ran any more.
    PossessionProofs(WallTime began, std::size_t capacity, crypto::Random& random)
        : began_(began), memory_(capacity), nonces_(random) {}

    // Each proof needs a nonce. Before the first request.
    void require_nonces() noexcept { always_ = true; }

    // Takes the proof as used. Errors as ProofMemory::use(); Errc::unauthenticated, with what to
    // ask for in the challenge, too, for one that needs a nonce and has none that counts.
    [[nodiscard]] Result<void> accept(jose::DpopProof const& proof, std::string_view url,
                                      ClientId const& client, MonotonicTime now,
                                      request::Challenge& challenge);

private:
    WallTime const began_;
    ProofMemory memory_;
    ProofNonces const nonces_;
    bool always_ = false;
};

}  // namespace salus::authentication

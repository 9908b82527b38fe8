// What all event loops share about tokens: proofs of possession that were used, revocations, and
// how long emergencies have lasted. And what a token rests on, which the rooms above know. Thread
// safety: as each says.
#pragma once

#include <optional>
#include <string>

#include "authentication/emergency_times.h"
#include "authentication/proof_memory.h"
#include "authentication/proof_nonces.h"
#include "authentication/revocations.h"
#include "foundation/oauth_limits.h"
#include "foundation/result.h"
#include "request/caller.h"

namespace salus::authentication {

struct TokenGuards {
    // `began`: when this process began.
    explicit TokenGuards(WallTime began) : proofs(began, limits::kDpopProofsRemembered) {}

    ProofMemory proofs;
    // If set, proofs must carry one. Decided before the first request.
    std::optional<ProofNonces> nonces;
    Revocations revocations;
    EmergencyTimes emergencies;
};

// Whether a token that verifies still stands, as the store says: asked once for each token and
// event loop, before the token is remembered. Belongs to one thread.
class Standing {
public:
    virtual ~Standing() = default;
    // False: revoked, or what it rests on ended. An error refuses the request, and the token is not
    // remembered.
    [[nodiscard]] virtual Result<bool> stands(request::CallerFacts const& token) = 0;
};

}  // namespace salus::authentication

// What all event loops share about tokens: proofs of possession that were used, revocations, and
// how long emergencies have lasted. And what a token rests on, which the rooms above know. Thread
// safety: as each says.
#pragma once

#include "authentication/emergency_times.h"
#include "authentication/possession_proofs.h"
#include "authentication/revocations.h"
#include "foundation/oauth_limits.h"
#include "foundation/result.h"
#include "request/caller.h"

namespace salus::authentication {

struct TokenGuards {
    // `began`: when this process began.
    TokenGuards(WallTime began, crypto::Random& random)
        : proofs(began, limits::kDpopProofsRemembered, random) {}

    PossessionProofs proofs;
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

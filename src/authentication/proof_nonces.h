// Nonces that proofs of possession must carry where the operator asks for them, and after a start
// (RFC 9449 sections 8 and 9): who has stolen a client's signing moment, and not its key, cannot
// make proofs for later; nor did a proof with a nonce of this process serve at one before. A nonce
// is the keyed hash of a stretch of time, so nothing is remembered; it counts in its own stretch
// and in the next. IAM-9. Thread safety: immutable, any thread.
#pragma once

#include <string>

#include "crypto/random.h"
#include "foundation/clock.h"
#include "foundation/secret.h"

namespace salus::authentication {

class ProofNonces {
public:
    // The key lives as long as the process: a restart asks every client for a new nonce.
    explicit ProofNonces(crypto::Random& random);

    [[nodiscard]] std::string current(MonotonicTime now) const;
    [[nodiscard]] bool accepts(std::string_view nonce, MonotonicTime now) const;

private:
    [[nodiscard]] std::string of(std::int64_t stretch) const;
    SecretBytes key_;
};

}  // namespace salus::authentication

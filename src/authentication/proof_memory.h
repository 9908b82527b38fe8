// Proofs of possession that were used (RFC 9449 section 11.1): each counts once. One memory for all
// event loops and tenants of the process. A process that began later than a proof was made cannot
// know whether it was used, and so refuses it. IAM-9. Thread safety: any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/thread_annotations.h"
#include "jose/dpop.h"

namespace salus::authentication {

class ProofMemory {
public:
    // `began`: when this process began, in whole seconds, as proofs are dated.
    explicit ProofMemory(WallTime began, std::size_t capacity);

    // Takes the proof as used, by its key, its jti and the address. Errc::unauthenticated if it was
    // used before or was made before this process began; Errc::unavailable when as many as the
    // capacity were used within two lives of a proof: what cannot be remembered cannot be accepted.
    [[nodiscard]] Result<void> use(jose::DpopProof const& proof, std::string_view url,
                                   MonotonicTime now);

private:
    // A hash of key, jti and address: a dump of this memory tells nobody's address.
    struct Mark {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        friend bool operator==(Mark const&, Mark const&) = default;
    };
    struct MarkHash {
        std::size_t operator()(Mark const& mark) const noexcept {
            return static_cast<std::size_t>(mark.high);
        }
    };
    using Marks = std::unordered_set<Mark, MarkHash>;

    void turn(MonotonicTime now) SALUS_REQUIRES(mutex_);

    WallTime const began_;
    std::size_t const capacity_;
    Mutex mutex_;
    // Two generations, each as long as a proof can count: what is in neither was not used since.
    Marks current_ SALUS_GUARDED_BY(mutex_);
    Marks previous_ SALUS_GUARDED_BY(mutex_);
    MonotonicTime turned_ SALUS_GUARDED_BY(mutex_){};
};

}  // namespace salus::authentication

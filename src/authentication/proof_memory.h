// Proofs of possession that were used (RFC 9449 section 11.1): each counts once. One memory for all
// event loops and tenants of the process, of which each key has a share, and each client: who
// floods it with valid proofs refuses itself. What was used before the process began it does not
// know (possession_proofs.h). IAM-9. Thread safety: any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "crypto/hash.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "foundation/thread_annotations.h"
#include "jose/dpop.h"

namespace salus::authentication {

class ProofMemory {
public:
    explicit ProofMemory(std::size_t capacity) : capacity_(capacity) {}

    // Takes the proof as used, by its key, its jti and the address. `client`: whose request it came
    // with, which is unproven for a public one. Errc::unauthenticated if it was used before.
    // Errc::rate_limited when the key has its share of the memory, which is a quarter of what is
    // left, and one proof at least: a fifth of the memory if it is alone, and the more others have
    // taken the less. Likewise when the client has the half of what is left, with however many
    // keys. Errc::unavailable when nothing is left: what cannot be remembered cannot be accepted.
    [[nodiscard]] Result<void> use(jose::DpopProof const& proof, std::string_view url,
                                   ClientId const& client, MonotonicTime now);

private:
    // A hash: a dump of this memory tells nobody's key or address.
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
    // What was used for as long as a proof can count.
    struct Generation {
        std::unordered_set<Mark, MarkHash> proofs;                 // of key, jti and address
        std::unordered_map<Mark, std::uint32_t, MarkHash> shares;  // of key, of client: how many

        [[nodiscard]] std::size_t share_of(Mark const& holder) const;
    };

    [[nodiscard]] static Mark mark_of(BytesView what);
    void turn(MonotonicTime now) SALUS_REQUIRES(mutex_);

    std::size_t const capacity_;
    Mutex mutex_;
    // What is in neither was not used since.
    Generation current_ SALUS_GUARDED_BY(mutex_);
    Generation previous_ SALUS_GUARDED_BY(mutex_);
    MonotonicTime turned_ SALUS_GUARDED_BY(mutex_){};
};

}  // namespace salus::authentication

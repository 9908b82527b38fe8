// What was revoked (RFC 7009) while this process runs: an access token by its id, a grant with all
// tokens that rest on it, everything in the name of a user, a client that was removed. Every event
// loop's memory of verified tokens has to forget it. The store has them first and for longer; this
// carries the news. IAM-8, IAM-9. Thread safety: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "foundation/thread_annotations.h"

namespace salus::authentication {

class Revocations {
public:
    // What came since a listener's last look.
    struct News {
        std::uint64_t epoch = 0;         // where the next look begins
        bool all = false;                // more than is kept came: nothing remembered counts
        std::vector<std::string> names;  // ids of tokens (jti), grants, users, and clients
    };

    // After the revocation is durable: from here on no event loop takes what rests on it.
    void add(std::string name);
    // One atomic read: each request asks.
    [[nodiscard]] std::uint64_t epoch() const noexcept {
        return epoch_.load(std::memory_order_acquire);
    }
    [[nodiscard]] News since(std::uint64_t epoch) const;

private:
    mutable Mutex mutex_;
    std::vector<std::string> latest_ SALUS_GUARDED_BY(mutex_);  // ends at epoch_
    std::atomic<std::uint64_t> epoch_{0};
};

}  // namespace salus::authentication

// What stands in a store, by hash: for who compares it with a record of what was written. Made by
// an engine, beside whoever uses the store. Belongs to one thread.
#pragma once

#include <vector>

#include "crypto/hash.h"
#include "store/store.h"

namespace salus::store {

struct StoredDigest {
    RecordPlace place;
    CompartmentId compartment;
    VersionState state = VersionState::live;
    crypto::Sha256Digest digest{};  // of the sealed bytes; of none where the bytes are gone
};

class Digests {
public:
    virtual ~Digests() = default;
    // The next versions in the order of address and version, at most `count`; none at the end. What
    // was erased is not there. Each call sees what was committed before it began, behind the place
    // that the call before ended at. Errc::corrupt when a row cannot be read.
    [[nodiscard]] virtual Result<std::vector<StoredDigest>> next(std::size_t count) = 0;
};

}  // namespace salus::store

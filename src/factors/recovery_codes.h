// Recovery codes: secrets on paper, each good once, for whoever lost every other factor, or has
// none yet. RE1. Thread safety: values.
#pragma once

#include <string_view>
#include <vector>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "foundation/factor_limits.h"
#include "foundation/result.h"

namespace salus::factors {

class RecoveryCodes {
public:
    // `codes` are shown to their owner once and kept nowhere: 80 random bits each, as
    // XXXX-XXXX-XXXX-XXXX in Crockford's base 32, which has no I, L, O or U.
    struct Made;
    // REQUIRES: count is 1 to limits::kRecoveryCodes.
    static Made make(crypto::Random& random, std::size_t count = limits::kRecoveryCodes);

    // The hashes of those that are left: SHA-256 without key, salt or stretching, because nobody
    // finds 80 random bits by trying. to_bytes() is what the caller stores.
    [[nodiscard]] Bytes to_bytes() const;
    // Errc::corrupt for what to_bytes() did not give.
    static Result<RecoveryCodes> from_bytes(BytesView bytes);

    // Whether this is one that is left; it then is not any more, and the caller stores that before
    // it lets anybody in. Upper or lower case, hyphens and spaces or none, O for 0, I and L for 1.
    // Compares with all, in constant time. How often one may guess, Throttle says.
    [[nodiscard]] bool use(std::string_view typed);
    [[nodiscard]] std::size_t left() const noexcept { return hashes_.size(); }

private:
    std::vector<crypto::Sha256Digest> hashes_;
};

struct RecoveryCodes::Made {
    std::vector<SecretBytes> codes;
    RecoveryCodes stored;
};

}  // namespace salus::factors

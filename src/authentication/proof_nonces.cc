#include "authentication/proof_nonces.h"

#include "crypto/hmac.h"
#include "foundation/oauth_limits.h"

namespace salus::authentication {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 16;

std::int64_t stretch_at(MonotonicTime now) {
    return now.time_since_epoch() / limits::kDpopNonceStretch;
}

}  // namespace

ProofNonces::ProofNonces(crypto::Random& random) : key_(crypto::random_secret(random, kKeyBytes)) {}

std::string ProofNonces::current(MonotonicTime now) const {
    return of(stretch_at(now));
}

bool ProofNonces::accepts(std::string_view nonce, MonotonicTime now) const {
    auto const stretch = stretch_at(now);
    return nonce == of(stretch) || nonce == of(stretch - 1);
}

std::string ProofNonces::of(std::int64_t stretch) const {
    Bytes number;
    append_u64(number, static_cast<std::uint64_t>(stretch));
    auto const code = crypto::hmac_sha256(key_.reveal(), {bytes_of("salus/dpop-nonce"), number});
    return to_base64url(BytesView(code).first(kNonceBytes));
}

}  // namespace salus::authentication

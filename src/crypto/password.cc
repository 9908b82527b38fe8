#include "crypto/password.h"

#include <bit>
#include <openssl/evp.h>

#include "foundation/limits.h"

namespace salus::crypto {

Result<SecretBytes> scrypt(SecretBytes const& passphrase, BytesView salt, ScryptCost cost,
                           std::size_t size) {
    // Costs may come from a key file, so they are bounded before they are multiplied.
    constexpr std::uint64_t kLargestN = 1U << 24U;
    constexpr std::uint32_t kLargestR = 32;
    constexpr std::uint32_t kLargestP = 16;
    if (cost.n < 2 || cost.n > kLargestN || !std::has_single_bit(cost.n) || cost.r == 0 ||
        cost.r > kLargestR || cost.p == 0 || cost.p > kLargestP || size == 0) {
        return fail(Errc::invalid, "scrypt cost is out of range");
    }
    SecretBytes key(size);
    auto const password = text_of(passphrase.reveal());
    if (EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(), cost.n, cost.r,
                       cost.p, limits::kScryptMemory, key.mutable_bytes().data(), size) != 1) {
        return fail(Errc::invalid, "scrypt needs more memory than is allowed");
    }
    return key;
}

}  // namespace salus::crypto

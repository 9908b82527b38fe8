#include "crypto/password.h"

#include <bit>
#include <openssl/evp.h>

#include "crypto/openssl.h"
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

Result<SecretBytes> pbkdf2(SecretBytes const& passphrase, BytesView salt, std::uint64_t iterations,
                           std::size_t size, Pbkdf2Hash hash) {
    auto const digest = hash == Pbkdf2Hash::sha256 ? Digest::sha256 : Digest::sha512;
    constexpr std::uint64_t kFewest = 100'000;
    constexpr std::uint64_t kMost = 100'000'000;
    if (iterations < kFewest || iterations > kMost || size == 0) {
        return fail(Errc::invalid, "the number of iterations is out of range");
    }
    SecretBytes key(size);
    auto const password = text_of(passphrase.reveal());
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                          static_cast<int>(salt.size()), static_cast<int>(iterations),
                          digest_algorithm(digest), static_cast<int>(size),
                          key.mutable_bytes().data()) != 1) {
        return fail(Errc::invalid, "the module refuses this passphrase: it may be too short");
    }
    return key;
}

}  // namespace salus::crypto

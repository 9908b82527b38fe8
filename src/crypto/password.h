// A key from a passphrase. scrypt (RFC 7914) is slow and memory-hard on purpose (about 100 ms, 64
// MiB): never on an event loop. Any thread.
#pragma once

#include "foundation/result.h"
#include "foundation/secret.h"

namespace salus::crypto {

struct ScryptCost {
    std::uint64_t n = 1 << 16;  // memory and time; a power of two
    std::uint32_t r = 8;
    std::uint32_t p = 1;
};

[[nodiscard]] Result<SecretBytes> scrypt(SecretBytes const& passphrase, BytesView salt,
                                         ScryptCost cost, std::size_t size);

enum class Pbkdf2Hash : std::uint8_t { sha256, sha512 };

// PBKDF2 with HMAC (RFC 8018, NIST SP 800-132): needs time and no memory, so weaker against
// whoever guesses; for where scrypt cannot be had because no FIPS module has it.
// Errc::invalid below 100,000 iterations or above 100,000,000.
[[nodiscard]] Result<SecretBytes> pbkdf2(SecretBytes const& passphrase, BytesView salt,
                                         std::uint64_t iterations, std::size_t size,
                                         Pbkdf2Hash hash = Pbkdf2Hash::sha512);

}  // namespace salus::crypto

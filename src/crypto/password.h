// scrypt (RFC 7914): a key from a passphrase. Slow and memory-hard on purpose (about 100 ms, 64
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

}  // namespace salus::crypto

// Inside the room: hashes and HMAC of the module that OpenSSL's default properties choose, for a
// process where algorithms come from a FIPS module alone (module.h). Allocates for each message.
// Thread safety: one thread at a time; computing with one ModuleHmac does not change it.
#pragma once

#include <initializer_list>

#include "crypto/module.h"
#include "crypto/openssl.h"

namespace salus::crypto {

// approved_only(), asked once: the library takes a lock to answer. use_fips_module() refuses when
// the answer was taken before it.
[[nodiscard]] bool hashes_from_module() noexcept;

using MacContext = OpensslPtr<EVP_MAC_CTX, EVP_MAC_CTX_free>;

class ModuleHash {
public:
    explicit ModuleHash(Digest digest);
    void add(BytesView bytes);
    // Ends the hash.
    void finish(std::span<std::uint8_t> out);

private:
    DigestContext context_;
};

class ModuleHmac {
public:
    ModuleHmac(Digest digest, BytesView key);
    void compute(BytesView first, std::initializer_list<BytesView> pieces, BytesView last,
                 std::span<std::uint8_t> out) const;

private:
    MacContext keyed_;
};

}  // namespace salus::crypto

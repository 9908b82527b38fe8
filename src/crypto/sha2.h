// Inside the room: SHA-2 (FIPS 180-4), HMAC (RFC 2104) and HKDF-Expand (RFC 5869 section 2.3) as
// plain values: a state is a struct that is copied and scrubbed in place, and nothing is allocated
// or locked. These are OpenSSL's own functions below its EVP layer, which costs more than the
// hashing itself for messages of a few hundred bytes (bench/README.md). They pass the providers by:
// where algorithms must come from a FIPS module, sha2_module.h takes their place, and HMAC is the
// module's own. Thread safety: values.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <openssl/sha.h>
#include <optional>
#include <span>

#include "crypto/sha2_module.h"
#include "foundation/bytes.h"
#include "foundation/check.h"
#include "foundation/secret.h"

namespace salus::crypto {

// The functions are deprecated because they pass the providers by, which is their use here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

struct Sha256 {
    static constexpr Digest kDigest = Digest::sha256;
    static constexpr std::size_t kSize = SHA256_DIGEST_LENGTH;
    static constexpr std::size_t kBlockSize = SHA256_CBLOCK;
    using State = SHA256_CTX;
    static void start(State& state) { SHA256_Init(&state); }
    static void update(State& state, BytesView bytes) {
        SHA256_Update(&state, bytes.data(), bytes.size());
    }
    static void finish(State& state, std::uint8_t* out) { SHA256_Final(out, &state); }
};

struct Sha512 {
    static constexpr Digest kDigest = Digest::sha512;
    static constexpr std::size_t kSize = SHA512_DIGEST_LENGTH;
    static constexpr std::size_t kBlockSize = SHA512_CBLOCK;
    using State = SHA512_CTX;
    static void start(State& state) { SHA512_Init(&state); }
    static void update(State& state, BytesView bytes) {
        SHA512_Update(&state, bytes.data(), bytes.size());
    }
    static void finish(State& state, std::uint8_t* out) { SHA512_Final(out, &state); }
};

#pragma GCC diagnostic pop

// A running hash; what it holds is scrubbed when it dies.
template <class Hash>
class Running {
public:
    Running() {
        if (hashes_from_module()) {
            module_.emplace(Hash::kDigest);
        } else {
            Hash::start(state_);
        }
    }
    // REQUIRES: not hashes_from_module().
    explicit Running(typename Hash::State const& state) : state_(state) {}
    ~Running() { scrub({reinterpret_cast<std::uint8_t*>(&state_), sizeof state_}); }
    Running(Running const&) = delete;
    Running& operator=(Running const&) = delete;

    Running& add(BytesView bytes) {
        if (module_) {
            module_->add(bytes);
        } else {
            Hash::update(state_, bytes);
        }
        return *this;
    }
    Running& add(std::initializer_list<BytesView> pieces) {
        for (auto const piece : pieces) add(piece);
        return *this;
    }
    // REQUIRES: out.size() == Hash::kSize. Ends the hash.
    void finish(std::span<std::uint8_t> out) {
        SALUS_CHECK(out.size() == Hash::kSize);
        if (module_) return module_->finish(out);
        Hash::finish(state_, out.data());
    }
    [[nodiscard]] typename Hash::State const& state() const noexcept { return state_; }

private:
    typename Hash::State state_;
    std::optional<ModuleHash> module_;
};

// A key of HMAC, set once for any number of messages; scrubbed when it dies.
template <class Hash>
class HmacKey {
public:
    explicit HmacKey(BytesView key) {
        if (hashes_from_module()) {
            module_.emplace(Hash::kDigest, key);
            return;
        }
        std::array<std::uint8_t, Hash::kBlockSize> block{};
        if (key.size() > block.size()) {
            Running<Hash>().add(key).finish(std::span(block).first(Hash::kSize));
        } else {
            std::ranges::copy(key, block.begin());
        }
        for (auto& byte : block) byte ^= 0x36U;
        inner_.add(block);
        for (auto& byte : block) byte ^= 0x36U ^ 0x5CU;
        outer_.add(block);
        scrub(block);
    }

    // REQUIRES: out.size() == Hash::kSize.
    void compute(std::initializer_list<BytesView> pieces, std::span<std::uint8_t> out) const {
        compute({}, pieces, {}, out);
    }
    // Of first, pieces and last, put end to end.
    void compute(BytesView first, std::initializer_list<BytesView> pieces, BytesView last,
                 std::span<std::uint8_t> out) const {
        if (module_) return module_->compute(first, pieces, last, out);
        std::array<std::uint8_t, Hash::kSize> digest;
        Running<Hash>(inner_.state()).add(first).add(pieces).add(last).finish(digest);
        Running<Hash>(outer_.state()).add(digest).finish(out);
        scrub(digest);
    }

private:
    Running<Hash> inner_;
    Running<Hash> outer_;
    std::optional<ModuleHmac> module_;
};

// HKDF-Expand. REQUIRES: out.size() <= 255 * Hash::kSize.
template <class Hash>
void hkdf_expand(HmacKey<Hash> const& key, std::initializer_list<BytesView> info,
                 std::span<std::uint8_t> out) {
    SALUS_CHECK(out.size() <= 255 * Hash::kSize);
    std::array<std::uint8_t, Hash::kSize> block;
    BytesView previous;  // T(0) is empty
    std::uint8_t counter = 1;
    while (!out.empty()) {
        key.compute(previous, info, BytesView(&counter, 1), block);
        auto const count = std::min(out.size(), block.size());
        std::ranges::copy(std::span(block).first(count), out.begin());
        out = out.subspan(count);
        previous = block;
        ++counter;
    }
    scrub(block);
}

}  // namespace salus::crypto

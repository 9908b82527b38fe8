#include "access_context/caller_fingerprint.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace salus::access_context {
namespace {

static_assert(std::endian::native == std::endian::little);

std::uint64_t word_at(void const* bytes, std::size_t size) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, size);
    return word;
}

// The state of SipHash, with the constants of its definition.
class SipState {
public:
    SipState(std::uint64_t first, std::uint64_t second) noexcept
        : v0_(first ^ 0x736f6d6570736575),
          v1_(second ^ 0x646f72616e646f6d ^ 0xee),  // 128 bits of output
          v2_(first ^ 0x6c7967656e657261),
          v3_(second ^ 0x7465646279746573) {}

    void add(std::uint64_t word) noexcept {
        v3_ ^= word;
        rounds(2);
        v0_ ^= word;
        bytes_ += sizeof(word);
    }
    // Its length, then its bytes, zeros behind them: no other text gives the same words.
    void add(std::string_view text) noexcept {
        add(std::uint64_t{text.size()});
        while (!text.empty()) {
            auto const size = std::min(text.size(), sizeof(std::uint64_t));
            add(word_at(text.data(), size));
            text.remove_prefix(size);
        }
    }
    CallerFingerprint finish() noexcept {
        add(bytes_ << 56U);
        v2_ ^= 0xee;
        rounds(4);
        auto const high = v0_ ^ v1_ ^ v2_ ^ v3_;
        v1_ ^= 0xdd;
        rounds(4);
        return {high, v0_ ^ v1_ ^ v2_ ^ v3_};
    }

private:
    void rounds(int count) noexcept {
        for (; count > 0; --count) {
            v0_ += v1_;
            v1_ = std::rotl(v1_, 13) ^ v0_;
            v0_ = std::rotl(v0_, 32);
            v2_ += v3_;
            v3_ = std::rotl(v3_, 16) ^ v2_;
            v0_ += v3_;
            v3_ = std::rotl(v3_, 21) ^ v0_;
            v2_ += v1_;
            v1_ = std::rotl(v1_, 17) ^ v2_;
            v2_ = std::rotl(v2_, 32);
        }
    }

    std::uint64_t v0_;
    std::uint64_t v1_;
    std::uint64_t v2_;
    std::uint64_t v3_;
    std::uint64_t bytes_ = 0;
};

}  // namespace

FingerprintKey::FingerprintKey(Array const& key) noexcept
    : first_(word_at(key.data(), 8)), second_(word_at(key.data() + 8, 8)) {}

CallerFingerprint FingerprintKey::of(std::string_view tenant, std::string_view client,
                                     std::string_view user) const noexcept {
    SipState state(first_, second_);
    state.add(tenant);
    state.add(client);
    state.add(user);
    return state.finish();
}

CallerFingerprint FingerprintKey::of_words(std::span<std::uint64_t const> words) const noexcept {
    SipState state(first_, second_);
    for (auto const word : words) state.add(word);
    return state.finish();
}

}  // namespace salus::access_context

// SeededRandom: numbers that a seed decides, the same on every platform. For sample data only: it
// is no source of keys, tokens or ids that must not be guessed (crypto/random.h is).
//
// xoshiro256** seeded by splitmix64 (Blackman and Vigna, https://prng.di.unimi.it/). The standard
// library's distributions differ between implementations, so the ones here are our own. Compilers
// differ too, in the order in which they evaluate operands: one draw in an expression, no more.
// Thread safety: one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "foundation/check.h"

namespace salus::sample_data {

class SeededRandom {
public:
    explicit SeededRandom(std::uint64_t seed) noexcept;
    // The stream of one member of a family (a patient of a population): independent of how many
    // members there are and of the order in which they are made.
    static SeededRandom stream(std::uint64_t seed, std::uint64_t member) noexcept;

    [[nodiscard]] std::uint64_t next() noexcept;
    // Uniform in [low, high]. REQUIRES: low <= high.
    [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) noexcept;
    // In [low, high], the middle far likelier than the ends. REQUIRES: low <= high.
    [[nodiscard]] std::int64_t near_middle(std::int64_t low, std::int64_t high) noexcept;
    [[nodiscard]] bool chance_per_mille(int per_mille) noexcept;
    // REQUIRES: !choices.empty().
    template <class T>
    [[nodiscard]] T const& pick(std::span<T const> choices) noexcept {
        SALUS_CHECK(!choices.empty());
        auto const last = static_cast<std::int64_t>(choices.size()) - 1;
        return choices[static_cast<std::size_t>(between(0, last))];
    }
    // RFC 9562 version 4 in form, though a seed decides it.
    [[nodiscard]] std::string uuid();

private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace salus::sample_data

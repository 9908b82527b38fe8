#include "sample_data/seeded_random.h"

#include <bit>

#include "foundation/bytes.h"

namespace salus::sample_data {
namespace {

std::uint64_t splitmix(std::uint64_t& state) noexcept {
    state += 0x9e3779b97f4a7c15U;
    auto mixed = state;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
}

}  // namespace

SeededRandom::SeededRandom(std::uint64_t seed) noexcept : state_{} {
    for (auto& word : state_) word = splitmix(seed);
}

SeededRandom SeededRandom::stream(std::uint64_t seed, std::uint64_t member) noexcept {
    auto mixed_seed = splitmix(seed);
    auto mixed_member = splitmix(member);
    return SeededRandom(mixed_seed ^ std::rotl(mixed_member, 32));
}

std::uint64_t SeededRandom::next() noexcept {
    auto const result = std::rotl(state_[1] * 5, 7) * 9;
    auto const carried = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= carried;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::int64_t SeededRandom::between(std::int64_t low, std::int64_t high) noexcept {
    SALUS_CHECK(low <= high);
    auto const count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    // The bias of the remainder is below 2^-40 for the small ranges used here.
    auto const offset = count == 0 ? next() : next() % count;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

std::int64_t SeededRandom::near_middle(std::int64_t low, std::int64_t high) noexcept {
    std::int64_t sum = 0;
    constexpr int kThrows = 4;
    for (int i = 0; i < kThrows; ++i) sum += between(low, high);
    return sum / kThrows;
}

bool SeededRandom::chance_per_mille(int per_mille) noexcept {
    return between(0, 999) < per_mille;
}

std::string SeededRandom::uuid() {
    Bytes bytes;
    append_u64(bytes, next());
    append_u64(bytes, next());
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
    auto text = to_hex(bytes);
    for (std::size_t const dash : {8U, 13U, 18U, 23U}) text.insert(dash, 1, '-');
    return text;
}

}  // namespace salus::sample_data

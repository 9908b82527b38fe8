#include "audit/crc32c.h"

#include <array>
#include <cstring>

namespace salus::audit {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1) ^ ((value & 1) != 0 ? 0x82f63b78U : 0U);
        }
        table[i] = value;
    }
    return table;
}

constexpr auto kTable = make_table();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::uint32_t before,
                                                             BytesView bytes) noexcept {
    std::uint64_t value = ~before;
    while (bytes.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), 8);
        value = __builtin_ia32_crc32di(value, word);
        bytes = bytes.subspan(8);
    }
    auto rest = static_cast<std::uint32_t>(value);
    for (auto byte : bytes) rest = __builtin_ia32_crc32qi(rest, byte);
    return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(std::uint32_t before, BytesView bytes) noexcept {
    std::uint32_t value = ~before;
    for (auto byte : bytes) value = (value >> 8) ^ kTable[(value ^ byte) & 0xff];
    return ~value;
}

std::uint32_t crc32c(std::uint32_t before, BytesView bytes) noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(before, bytes);
#endif
    return crc32c_portable(before, bytes);
}

}  // namespace salus::audit

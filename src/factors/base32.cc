#include "factors/base32.h"

#include "foundation/check.h"

namespace salus::factors {

SecretBytes to_base32(BytesView bytes, std::string_view alphabet) {
    constexpr std::size_t kGroupBytes = 5;
    constexpr std::size_t kGroupCharacters = 8;
    SALUS_CHECK(bytes.size() % kGroupBytes == 0 && alphabet.size() == 32);
    SecretBytes text(bytes.size() / kGroupBytes * kGroupCharacters);
    auto const out = text.mutable_bytes();
    std::size_t at = 0;
    while (!bytes.empty()) {
        std::uint64_t group = 0;
        for (auto const byte : bytes.first(kGroupBytes)) group = group << 8U | byte;
        for (int shift = 35; shift >= 0; shift -= 5) {
            out[at++] = static_cast<std::uint8_t>(alphabet[group >> shift & 31U]);
        }
        bytes = bytes.subspan(kGroupBytes);
    }
    return text;
}

}  // namespace salus::factors

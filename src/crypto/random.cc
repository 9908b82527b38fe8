#include "crypto/random.h"

#include <algorithm>
#include <array>
#include <openssl/rand.h>

#include "foundation/bytes.h"
#include "foundation/check.h"

namespace salus::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) noexcept {
    constexpr std::size_t kLargestPiece = 1U << 20U;  // the interface takes an int
    while (!out.empty()) {
        auto const piece = out.first(std::min(out.size(), kLargestPiece));
        SALUS_CHECK(RAND_bytes(piece.data(), static_cast<int>(piece.size())) == 1);
        out = out.subspan(piece.size());
    }
}

void RandomBatch::fill(std::span<std::uint8_t> out) noexcept {
    if (out.size() > kBatchBytes) return source_.fill(out);
    if (used_ + out.size() > kBatchBytes) {
        source_.fill(batch_.mutable_bytes());
        used_ = 0;
    }
    auto const piece = batch_.mutable_bytes().subspan(used_, out.size());
    std::ranges::copy(piece, out.begin());
    scrub(piece);
    used_ += out.size();
}

SecretBytes random_secret(Random& random, std::size_t size) {
    SecretBytes secret(size);
    random.fill(secret.mutable_bytes());
    return secret;
}

std::string random_id(Random& random) {
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    return to_base64url(bytes);
}

std::string random_uuid(Random& random) {
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);  // version 4
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);  // variant 10
    auto text = to_hex(bytes);
    for (auto const position : {8U, 13U, 18U, 23U}) text.insert(position, 1, '-');
    return text;
}

}  // namespace salus::crypto

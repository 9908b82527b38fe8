// SHA-2 (FIPS 180-4). Thread safety: functions from any thread; an object belongs to one thread.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>

#include "foundation/bytes.h"

namespace salus::crypto {

using Sha256Digest = std::array<std::uint8_t, 32>;
using Sha512Digest = std::array<std::uint8_t, 64>;

// The hash of the pieces put end to end.
[[nodiscard]] Sha256Digest sha256(std::initializer_list<BytesView> pieces);
[[nodiscard]] Sha512Digest sha512(std::initializer_list<BytesView> pieces);
[[nodiscard]] inline Sha256Digest sha256(BytesView bytes) {
    return sha256({bytes});
}

}  // namespace salus::crypto

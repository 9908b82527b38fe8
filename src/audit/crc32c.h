// CRC-32C (Castagnoli; RFC 3720 appendix B.4): finds accidents of the disk. It is no defence
// against an attacker: the hash chain and the Merkle tree are. Pure functions, any thread.
#pragma once

#include <cstdint>

#include "foundation/bytes.h"

namespace salus::audit {

// The checksum of `before`'s bytes followed by these; 0 for `before` starts a new one.
// Uses the processor's instruction when it has one.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t before, BytesView bytes) noexcept;
// The same, from a table.
[[nodiscard]] std::uint32_t crc32c_portable(std::uint32_t before, BytesView bytes) noexcept;

}  // namespace salus::audit

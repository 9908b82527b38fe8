// Inside the room: the table of common passwords that tools/passwords generates. Any thread.
#pragma once

#include <cstdint>
#include <span>

namespace salus::factors {

// The first 64 bits, big endian, of the SHA-1 of each in lower case; sorted.
[[nodiscard]] std::span<std::uint64_t const> common_password_hashes() noexcept;

}  // namespace salus::factors

// Bytes and their spellings. Pure functions, safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace salus {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<std::uint8_t const>;

// The bytes of a text; borrows, never copies.
[[nodiscard]] BytesView bytes_of(std::string_view text) noexcept;
// The text made of these bytes; borrows, never copies.
[[nodiscard]] std::string_view text_of(BytesView bytes) noexcept;

// RFC 4648 section 8, lower case. Decoding accepts both cases and nothing else.
[[nodiscard]] std::string to_hex(BytesView bytes);
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

// RFC 4648 section 5 without padding, as JOSE uses it (RFC 7515 section 2). Decoding is strict: no
// padding, no white space, and the unused last bits must be zero, so a value has one spelling.
[[nodiscard]] std::string to_base64url(BytesView bytes);
[[nodiscard]] std::optional<Bytes> from_base64url(std::string_view text);

// RFC 4648 section 4 with padding; decoding is strict in the same way.
[[nodiscard]] std::string to_base64(BytesView bytes);
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

// Big-endian integers, the order of every number that Salus writes to disk.
void append_u16(Bytes& out, std::uint16_t value);
void append_u32(Bytes& out, std::uint32_t value);
void append_u64(Bytes& out, std::uint64_t value);
void append(Bytes& out, BytesView more);
// REQUIRES: bytes holds at least 2, 4 or 8 bytes.
[[nodiscard]] std::uint16_t read_u16(BytesView bytes) noexcept;
[[nodiscard]] std::uint32_t read_u32(BytesView bytes) noexcept;
[[nodiscard]] std::uint64_t read_u64(BytesView bytes) noexcept;

}  // namespace salus

// Numbers that are much alike, such as times and versions of a page's rows: each is its difference
// from the least of them, in as few bytes as the largest difference takes, and in none where all
// are equal. Layout: docs/formats/index-page.md. Pure functions, safe from any thread.
#pragma once

#include <span>

#include "foundation/bytes.h"

namespace salus::fhir {

void append_packed(Bytes& out, std::span<std::uint64_t const> numbers);
// The bytes that so many packed numbers take at the front of `bytes`; nothing where they are
// damaged, or not all there.
[[nodiscard]] std::optional<std::size_t> packed_size(BytesView bytes, std::size_t count) noexcept;
// What so many of them take at most.
[[nodiscard]] constexpr std::size_t packed_size_largest(std::size_t count) noexcept {
    return 1 + 8 + 8 * count;
}
// REQUIRES: bytes of packed_size(), and fewer than `count`.
[[nodiscard]] std::uint64_t packed_at(BytesView packed, std::size_t at) noexcept;

}  // namespace salus::fhir

// The first line of a chunk: its size and extensions (RFC 9112 section 7.1). Pure, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace salus::http {

struct ChunkLine {
    std::size_t size = 0;
    std::size_t extension_bytes = 0;  // checked, then ignored as section 7.1.1 allows
};

// The line without its CRLF. Stricter than the grammar: at most 8 hexadecimal digits and no "bad"
// white space, because readers disagree on both.
[[nodiscard]] std::optional<ChunkLine> parse_chunk_line(std::string_view line) noexcept;

}  // namespace salus::http

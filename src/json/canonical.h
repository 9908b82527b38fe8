// The few words of canonical JSON (RFC 8785) that leaves and proposals are made of. Pure functions,
// any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace salus::json {

// RFC 8785 section 3.2.2.3: beyond this a double no longer holds every integer.
inline constexpr std::int64_t kLargestInteger = (std::int64_t{1} << 53) - 1;

enum class Encoding { complete, refused };

// Appends the text in quotes. Only printable ASCII is taken (no control characters, nothing beyond
// 0x7e, so no line breaks, no bidirectional tricks, no invalid UTF-8); what is refused leaves `out`
// as it was.
[[nodiscard]] Encoding append_json_text(std::string& out, std::string_view text);
// REQUIRES: |value| <= kLargestInteger.
void append_json_integer(std::string& out, std::int64_t value);
void append_json_integer(std::string& out, std::uint64_t value);

}  // namespace salus::json

// What a JSON string may hold, and its escapes (RFC 8259 sections 7 and 8.1). Thread safety: pure
// functions.
#pragma once

#include <string>
#include <string_view>

namespace salus::json {

// Resolves the escapes of a string's inside (without quotes). Total on any input: what is not a
// valid escape (index() may meet it) is copied as it stands.
[[nodiscard]] std::string unescape(std::string_view inside);
// A \u escape of one half of a surrogate pair without the other half, which is no character.
[[nodiscard]] bool has_lone_surrogate(std::string_view inside) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace salus::json

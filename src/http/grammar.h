// The words of HTTP that every version and both directions share (RFC 9110, RFC 9112).
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "http/message.h"

namespace salus::http {

// token: 1*tchar (RFC 9110 section 5.6.2).
[[nodiscard]] bool is_token(std::string_view text) noexcept;
// VCHAR, obs-text, SP and HTAB: no control byte, no CR, LF or NUL (RFC 9110 section 5.5).
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;
// A path and query as they may stand in a request: "/" and visible ASCII.
[[nodiscard]] bool is_origin_form(std::string_view target) noexcept;
// uri-host and optional port (RFC 9110 section 7.2), not empty.
[[nodiscard]] bool is_authority(std::string_view text) noexcept;
// 1*DIGIT and nothing else; nothing when it does not fit (RFC 9110 section 8.6).
[[nodiscard]] std::optional<std::size_t> content_length(std::string_view text) noexcept;

[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] std::string lower_case(std::string_view text);
// Whether a comma-separated list holds this token.
[[nodiscard]] bool list_holds(std::string_view list, std::string_view token) noexcept;
// The text without optional white space at its ends (OWS, RFC 9110 section 5.6.3).
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

struct Field {
    std::string_view name;
    std::string_view value;
};
// One field line without its CRLF: no fold, no space before the colon (RFC 9112 section 5).
[[nodiscard]] std::optional<Field> parse_field(std::string_view line) noexcept;

[[nodiscard]] Method method_of(std::string_view name) noexcept;
// Empty for Method::other.
[[nodiscard]] std::string_view name_of(Method method) noexcept;

}  // namespace salus::http

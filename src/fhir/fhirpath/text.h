// Characters and encodings of text. Private to the engine. Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace salus::fhir::fhirpath {

// Characters are code points. REQUIRES: UTF-8, as JSON and expressions are.
[[nodiscard]] std::size_t length_of(std::string_view text) noexcept;
// The byte at which the character of this number starts; the size if there are fewer.
[[nodiscard]] std::size_t byte_of_character(std::string_view text, std::size_t number) noexcept;
[[nodiscard]] std::size_t bytes_of_first_character(std::string_view text) noexcept;

// base64, urlbase64, hex. Nothing: no such encoding; or not so encoded, or not UTF-8 when decoded.
[[nodiscard]] std::optional<std::string> encoded(std::string_view text, std::string_view encoding);
[[nodiscard]] std::optional<std::string> decoded(std::string_view text, std::string_view encoding);
// html, json.
[[nodiscard]] std::optional<std::string> escaped(std::string_view text, std::string_view target);
[[nodiscard]] std::optional<std::string> unescaped(std::string_view text, std::string_view target);

}  // namespace salus::fhir::fhirpath

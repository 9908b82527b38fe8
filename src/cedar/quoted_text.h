// Quoted text: escapes resolved and made (Cedar language reference, "String"; they are Rust's: \n
// \r \t \0 \\ \' \" \x7f \u{1f600}). Pure functions; any thread. Private to the room.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "cedar/expression.h"

namespace salus::cedar {

// What stands between the quotes. The error: an English sentence without a full stop.
[[nodiscard]] std::expected<std::string, std::string_view> unquote(std::string_view inside);
// Of `like`: * is a wildcard and \* a star.
[[nodiscard]] std::expected<Pattern, std::string_view> unquote_pattern(std::string_view inside);

// With the quotes.
[[nodiscard]] std::string quote(std::string_view text);
[[nodiscard]] std::string quote(Pattern const& pattern);

}  // namespace salus::cedar

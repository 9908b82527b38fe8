#include "http/chunk_line.h"

#include <algorithm>
#include <charconv>

#include "http/grammar.h"

namespace salus::http {
namespace {

constexpr std::size_t kSizeDigits = 8;

// Removes a quoted-string (RFC 9110 section 5.6.4) from the front; false when it has no end.
bool skip_quoted(std::string_view& text) noexcept {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return true;
        }
    }
    return false;
}

bool skip_token(std::string_view& text) noexcept {
    auto const end = std::min(text.find_first_of(";=\""), text.size());
    if (!is_token(text.substr(0, end))) return false;
    text.remove_prefix(end);
    return true;
}

// chunk-ext = *( ";" chunk-ext-name [ "=" chunk-ext-val ] )
bool are_extensions(std::string_view text) noexcept {
    if (!is_field_value(text)) return false;
    while (!text.empty()) {
        if (text.front() != ';') return false;
        text.remove_prefix(1);
        if (!skip_token(text)) return false;
        if (!text.starts_with('=')) continue;
        text.remove_prefix(1);
        bool const quoted = text.starts_with('"');
        if (quoted ? !skip_quoted(text) : !skip_token(text)) return false;
    }
    return true;
}

}  // namespace

std::optional<ChunkLine> parse_chunk_line(std::string_view line) noexcept {
    ChunkLine chunk;
    auto const digits = line.substr(0, line.find(';'));
    auto const* const end = digits.data() + digits.size();
    if (digits.empty() || digits.size() > kSizeDigits) return std::nullopt;
    auto const [stopped, error] = std::from_chars(digits.data(), end, chunk.size, 16);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    auto const extensions = line.substr(digits.size());
    chunk.extension_bytes = extensions.size();
    if (!are_extensions(extensions)) return std::nullopt;
    return chunk;
}

}  // namespace salus::http

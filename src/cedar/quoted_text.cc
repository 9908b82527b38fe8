#include "cedar/quoted_text.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

namespace salus::cedar {
namespace {

constexpr int kHexadecimal = 16;
constexpr std::string_view kUnknown =
    "an unknown escape: \\n \\r \\t \\0 \\\\ \\' \\\" \\x and \\u{} are known";
constexpr std::string_view kNoCharacter = "an escape that is no Unicode character";

std::optional<std::uint32_t> hexadecimal(std::string_view digits) noexcept {
    std::uint32_t value = 0;
    if (digits.empty() || digits.front() == '-') return std::nullopt;
    auto const* const end = digits.data() + digits.size();
    auto const [rest, error] = std::from_chars(digits.data(), end, value, kHexadecimal);
    if (error != std::errc() || rest != end) return std::nullopt;
    return value;
}

void append_utf8(std::string& out, std::uint32_t point) {
    auto const append = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
    auto const tail = [&](unsigned shift) { append(0x80U | ((point >> shift) & 0x3fU)); };
    if (point < 0x80) {
        append(point);
    } else if (point < 0x800) {
        append(0xc0U | (point >> 6U));
        tail(0);
    } else if (point < 0x1'0000) {
        append(0xe0U | (point >> 12U));
        tail(6);
        tail(0);
    } else {
        append(0xf0U | (point >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

bool is_character(std::uint32_t point) noexcept {
    return point < 0xd800 || (point > 0xdfff && point <= 0x10'ffff);
}

// What follows \u, taken from the front of `rest`.
bool take_unicode(std::string_view& rest, std::string& out) {
    constexpr std::size_t kDigitsMost = 6;
    auto const end = rest.find('}');
    if (!rest.starts_with('{') || end == std::string_view::npos) return false;
    std::string digits;
    for (auto const digit : rest.substr(1, end - 1))
        if (digit != '_' || digits.empty()) digits += digit;
    if (digits.size() > kDigitsMost) return false;
    auto const point = hexadecimal(digits);
    if (!point || !is_character(*point)) return false;
    append_utf8(out, *point);
    rest.remove_prefix(end + 1);
    return true;
}

// What follows a backslash, taken from the front of `rest`. The error, or nothing.
std::optional<std::string_view> take_escape(std::string_view& rest, std::string& out) {
    constexpr std::array<std::pair<char, char>, 7> kSimple{{{'n', '\n'},
                                                            {'r', '\r'},
                                                            {'t', '\t'},
                                                            {'0', '\0'},
                                                            {'\\', '\\'},
                                                            {'\'', '\''},
                                                            {'"', '"'}}};
    if (rest.empty()) return kUnknown;
    auto const letter = rest.front();
    rest.remove_prefix(1);
    for (auto const& [written, meant] : kSimple) {
        if (letter != written) continue;
        out += meant;
        return std::nullopt;
    }
    if (letter == 'u') return take_unicode(rest, out) ? std::nullopt : std::optional(kNoCharacter);
    if (letter != 'x') return kUnknown;
    auto const byte = hexadecimal(rest.substr(0, 2));
    if (rest.size() < 2 || !byte || *byte > 0x7f) return kNoCharacter;
    out += static_cast<char>(*byte);
    rest.remove_prefix(2);
    return std::nullopt;
}

void append_escaped(std::string& out, std::string_view text, bool pattern) {
    for (auto const byte : text) {
        auto const code = static_cast<unsigned char>(byte);
        if (byte == '\n') {
            out += "\\n";
        } else if (byte == '\r') {
            out += "\\r";
        } else if (byte == '\t') {
            out += "\\t";
        } else if (byte == '\0') {
            out += "\\0";
        } else if (byte == '"' || byte == '\\' || (byte == '*' && pattern)) {
            out += '\\';
            out += byte;
        } else if (code < 0x20 || code == 0x7f) {
            constexpr std::string_view kDigits = "0123456789abcdef";
            out += "\\x";
            out += kDigits[code / kHexadecimal];
            out += kDigits[code % kHexadecimal];
        } else {
            out += byte;
        }
    }
}

}  // namespace

std::expected<std::string, std::string_view> unquote(std::string_view inside) {
    std::string text;
    while (!inside.empty()) {
        auto const byte = inside.front();
        inside.remove_prefix(1);
        if (byte == '\r') return std::unexpected("a carriage return in quotes is written \\r");
        if (byte != '\\') {
            text += byte;
        } else if (auto const error = take_escape(inside, text)) {
            return std::unexpected(*error);
        }
    }
    return text;
}

std::expected<Pattern, std::string_view> unquote_pattern(std::string_view inside) {
    Pattern pattern;
    std::string text;
    auto const flush = [&] {
        if (!text.empty()) pattern.parts.emplace_back(std::exchange(text, {}));
    };
    while (!inside.empty()) {
        if (inside.front() == '*') {
            flush();
            pattern.parts.emplace_back(std::nullopt);
            inside.remove_prefix(1);
        } else if (inside.starts_with("\\*")) {
            text += '*';
            inside.remove_prefix(2);
        } else {
            // One character or escape; a backslash takes what follows it along.
            auto size = std::min(inside.find_first_of("*\\", 1), inside.size());
            if (inside.front() == '\\') size = std::min<std::size_t>(2, inside.size());
            if (inside.starts_with("\\x")) size = std::min<std::size_t>(4, inside.size());
            if (inside.starts_with("\\u")) size = std::min(inside.find('}'), inside.size() - 1) + 1;
            auto piece = unquote(inside.substr(0, size));
            if (!piece) return std::unexpected(piece.error());
            inside.remove_prefix(size);
            // As in Cedar, \x2a and \u{2a} are wildcards too.
            if (*piece == "*") {
                flush();
                pattern.parts.emplace_back(std::nullopt);
            } else {
                text += *piece;
            }
        }
    }
    flush();
    return pattern;
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    append_escaped(out, text, false);
    return out += '"';
}

std::string quote(Pattern const& pattern) {
    std::string out = "\"";
    for (auto const& part : pattern.parts) {
        if (part) append_escaped(out, *part, true);
        if (!part) out += '*';
    }
    return out += '"';
}

}  // namespace salus::cedar

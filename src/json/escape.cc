#include "json/escape.h"

#include <cstdint>
#include <optional>
#include <simdjson.h>

namespace salus::json {
namespace {

std::optional<std::uint32_t> hex4(std::string_view text) {
    if (text.size() < 4) return std::nullopt;
    std::uint32_t unit = 0;
    for (char const c : text.substr(0, 4)) {
        std::uint32_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<std::uint32_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<std::uint32_t>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = static_cast<std::uint32_t>(c - 'A') + 10;
        else
            return std::nullopt;
        unit = unit * 16 + digit;
    }
    return unit;
}

// The code unit of the \uXXXX that starts at `at`, if one does.
std::optional<std::uint32_t> unit_at(std::string_view text, std::size_t at) {
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
    return hex4(text.substr(at + 2));
}

bool is_high(std::uint32_t unit) {
    return unit >= 0xd800 && unit < 0xdc00;
}
bool is_low(std::uint32_t unit) {
    return unit >= 0xdc00 && unit < 0xe000;
}

void append_utf8(std::string& out, std::uint32_t code) {
    auto byte = [&out](std::uint32_t value) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
    };
    if (code < 0x80) return byte(code);
    if (code < 0x800) {
        byte(0xc0 | (code >> 6));
        return byte(0x80 | (code & 0x3f));
    }
    if (code < 0x10000) {
        byte(0xe0 | (code >> 12));
    } else {
        byte(0xf0 | (code >> 18));
        byte(0x80 | ((code >> 12) & 0x3f));
    }
    byte(0x80 | ((code >> 6) & 0x3f));
    byte(0x80 | (code & 0x3f));
}

char simple_escape(char letter) {
    switch (letter) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return letter;  // quote, backslash, slash
    }
}

// Appends the escape that starts at `at`; returns the position after it.
std::size_t append_escape(std::string& out, std::string_view inside, std::size_t at) {
    if (at + 1 == inside.size()) {
        out.push_back('\\');
        return at + 1;
    }
    if (inside[at + 1] != 'u') {
        out.push_back(simple_escape(inside[at + 1]));
        return at + 2;
    }
    auto const unit = unit_at(inside, at);
    if (!unit) {
        out.push_back('\\');
        return at + 1;
    }
    if (!is_high(*unit)) {
        append_utf8(out, is_low(*unit) ? 0xfffd : *unit);
        return at + 6;
    }
    auto const low = unit_at(inside, at + 6);
    if (!low || !is_low(*low)) {
        append_utf8(out, 0xfffd);
        return at + 6;
    }
    append_utf8(out, 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00));
    return at + 12;
}

}  // namespace

std::string unescape(std::string_view inside) {
    std::string out;
    out.reserve(inside.size());
    std::size_t at = 0;
    while (at < inside.size()) {
        auto const backslash = inside.find('\\', at);
        out.append(inside.substr(at, backslash - at));
        if (backslash == std::string_view::npos) break;
        at = append_escape(out, inside, backslash);
    }
    return out;
}

bool has_lone_surrogate(std::string_view inside) noexcept {
    for (auto at = inside.find('\\'); at < inside.size(); at = inside.find('\\', at)) {
        auto const unit = unit_at(inside, at);
        if (!unit) {
            at += 2;
            continue;
        }
        if (is_low(*unit)) return true;
        at += 6;
        if (!is_high(*unit)) continue;
        auto const low = unit_at(inside, at);
        if (!low || !is_low(*low)) return true;
        at += 6;
    }
    return false;
}

bool is_utf8(std::string_view text) noexcept {
    return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace salus::json

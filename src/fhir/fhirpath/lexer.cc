#include "fhir/fhirpath/lexer.h"

#include <cstdint>

namespace salus::fhir::fhirpath {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, std::uint32_t code) {
    auto byte = [&out](std::uint32_t value) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
    };
    if (code < 0x80) return byte(code);
    if (code < 0x800) {
        byte(0xc0U | (code >> 6U));
    } else {
        if (code < 0x10000) {
            byte(0xe0U | (code >> 12U));
        } else {
            byte(0xf0U | (code >> 18U));
            byte(0x80U | ((code >> 12U) & 0x3fU));
        }
        byte(0x80U | ((code >> 6U) & 0x3fU));
    }
    byte(0x80U | (code & 0x3fU));
}

std::optional<std::uint32_t> hex4(std::string_view text) {
    if (text.size() < 4) return std::nullopt;
    std::uint32_t value = 0;
    for (char const c : text.substr(0, 4)) {
        if (is_digit(c))
            value = value * 16 + static_cast<std::uint32_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + static_cast<std::uint32_t>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + static_cast<std::uint32_t>(c - 'A') + 10;
        else
            return std::nullopt;
    }
    return value;
}

// The character of a \uXXXX (two of them for one beyond 16 bits) that starts at `at`, which moves
// behind it.
std::optional<std::uint32_t> unicode_escape(std::string_view inside, std::size_t& at) {
    auto const unit = hex4(inside.substr(at + 2));
    if (!unit) return std::nullopt;
    at += 6;
    if (*unit < 0xd800 || *unit > 0xdfff) return unit;
    if (*unit > 0xdbff || !inside.substr(at).starts_with("\\u")) return std::nullopt;
    auto const low = hex4(inside.substr(at + 2));
    if (!low || *low < 0xdc00 || *low > 0xdfff) return std::nullopt;
    at += 6;
    return 0x10000U + ((*unit - 0xd800U) << 10U) + (*low - 0xdc00U);
}

std::optional<char> simple_escape(char letter) {
    switch (letter) {
        case '\'':
        case '"':
        case '`':
        case '\\':
        case '/': return letter;
        case 'r': return '\r';
        case 'n': return '\n';
        case 't': return '\t';
        case 'f': return '\f';
        default: return std::nullopt;
    }
}

constexpr std::string_view kTwoCharacterSymbols[] = {"<=", ">=", "!=", "!~"};
constexpr std::string_view kSymbols = ".,()[]{}+-*/&|<>=~%";

}  // namespace

Token Lexer::wrong(Literal problem) {
    problem_ = problem;
    return {TokenKind::wrong, {}, {}, at_};
}

Token Lexer::take(TokenKind kind, std::size_t length) {
    Token const token{kind, {}, text_.substr(at_, length), at_};
    at_ += length;
    return token;
}

bool Lexer::skip_blank() {
    for (;;) {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                      text_[at_] == '\r' || text_[at_] == '\n'))
            ++at_;
        auto const rest = text_.substr(at_);
        if (rest.starts_with("//")) {
            auto const end = text_.find_first_of("\r\n", at_);
            at_ = end == std::string_view::npos ? text_.size() : end;
        } else if (rest.starts_with("/*")) {
            auto const end = text_.find("*/", at_ + 2);
            if (end == std::string_view::npos) return false;
            at_ = end + 2;
        } else {
            return true;
        }
    }
}

std::size_t Lexer::identifier_length(std::size_t from) const {
    auto end = from;
    if (end < text_.size() && is_letter(text_[end])) {
        while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
    }
    return end - from;
}

std::size_t Lexer::number_length() const {
    auto end = at_;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    if (end + 1 < text_.size() && text_[end] == '.' && is_digit(text_[end + 1])) {
        ++end;
        while (end < text_.size() && is_digit(text_[end])) ++end;
    }
    return end - at_;
}

Token Lexer::quoted(char quote, TokenKind kind) {
    for (auto end = at_ + 1; end < text_.size(); ++end) {
        if (text_[end] == '\\') {
            ++end;
        } else if (text_[end] == quote) {
            Token const token{kind, {}, text_.substr(at_ + 1, end - at_ - 1), at_};
            at_ = end + 1;
            return token;
        }
    }
    return wrong("a quote without its end");
}

Token Lexer::next() {
    if (!problem_.empty()) return wrong(problem_);
    if (!skip_blank()) return wrong("a comment without its end");
    if (at_ == text_.size()) return take(TokenKind::end, 0);
    char const c = text_[at_];
    if (is_letter(c)) return take(TokenKind::identifier, identifier_length(at_));
    if (is_digit(c)) return take(TokenKind::number, number_length());
    if (c == '\'') return quoted(c, TokenKind::string);
    if (c == '`') return quoted(c, TokenKind::delimited_identifier);
    if (c == '@') {
        auto const form = moment_form(text_.substr(at_ + 1));
        auto token = take(TokenKind::moment, form.length + 1);
        token.moment_kind = form.kind;
        token.text.remove_prefix(1);
        return token;
    }
    if (c == '$') {
        auto const length = identifier_length(at_ + 1);
        auto token = take(TokenKind::special, length + 1);
        token.text.remove_prefix(1);
        return token;
    }
    for (auto const symbol : kTwoCharacterSymbols) {
        if (text_.substr(at_).starts_with(symbol)) return take(TokenKind::symbol, 2);
    }
    if (kSymbols.find(c) != std::string_view::npos) return take(TokenKind::symbol, 1);
    return wrong("a character that FHIRPath does not have");
}

std::optional<std::string> unescape(std::string_view inside) {
    std::string out;
    out.reserve(inside.size());
    for (std::size_t at = 0; at < inside.size();) {
        if (inside[at] != '\\') {
            out.push_back(inside[at++]);
            continue;
        }
        if (at + 1 == inside.size()) return std::nullopt;
        if (inside[at + 1] == 'u') {
            auto const code = unicode_escape(inside, at);
            if (!code) return std::nullopt;
            append_utf8(out, *code);
            continue;
        }
        auto const letter = simple_escape(inside[at + 1]);
        if (!letter) return std::nullopt;
        out.push_back(*letter);
        at += 2;
    }
    return out;
}

}  // namespace salus::fhir::fhirpath

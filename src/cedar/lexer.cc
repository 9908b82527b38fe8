#include "cedar/lexer.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace salus::cedar {
namespace {

constexpr std::array<std::string_view, 10> kReserved{"true", "false", "if",   "then", "else",
                                                     "in",   "is",    "like", "has",  "__cedar"};
// The longer ones first.
constexpr std::array<std::string_view, 24> kSymbols{"==", "!=", "<=", ">=", "&&", "||", "::", "(",
                                                    ")",  "[",  "]",  "{",  "}",  ".",  ",",  ";",
                                                    ":",  "@",  "<",  ">",  "+",  "-",  "*",  "!"};

constexpr bool is_digit(char byte) noexcept {
    return byte >= '0' && byte <= '9';
}

constexpr bool begins_name(char byte) noexcept {
    return byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

std::size_t name_size(std::string_view text) noexcept {
    if (text.empty() || !begins_name(text.front())) return 0;
    auto const end = std::ranges::find_if_not(
        text, [](char byte) { return begins_name(byte) || is_digit(byte); });
    return static_cast<std::size_t>(end - text.begin());
}

}  // namespace

bool is_reserved(std::string_view name) noexcept {
    return std::ranges::find(kReserved, name) != kReserved.end();
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && name_size(text) == text.size() && !is_reserved(text);
}

bool is_path(std::string_view text) noexcept {
    for (;;) {
        auto const colons = text.find("::");
        if (!is_name(text.substr(0, colons))) return false;
        if (colons == std::string_view::npos) return true;
        text.remove_prefix(colons + 2);
    }
}

Token Lexer::next() {
    skip_space();
    if (text_.empty()) return take(TokenKind::end, 0);
    auto const first = text_.front();
    if (auto const size = name_size(text_); size != 0) return take(TokenKind::name, size);
    if (first == '"') return quoted();
    if (first == '?') return take(TokenKind::slot, 1 + name_size(text_.substr(1)));
    if (is_digit(first)) {
        auto const end = std::ranges::find_if_not(text_, is_digit);
        return take(TokenKind::number, static_cast<std::size_t>(end - text_.begin()));
    }
    return symbol();
}

void Lexer::skip_space() {
    while (!text_.empty()) {
        if (text_.starts_with("//")) {
            advance(std::min(text_.find_first_of("\r\n"), text_.size()));
        } else if (constexpr std::string_view kSpace = " \t\r\n\f\v";
                   kSpace.contains(text_.front())) {
            advance(1);
        } else {
            return;
        }
    }
}

Token Lexer::take(TokenKind kind, std::size_t size) {
    Token const token{.kind = kind, .text = text_.substr(0, size), .position = position_};
    advance(size);
    return token;
}

Token Lexer::quoted() {
    std::size_t at = 1;
    while (at < text_.size() && text_[at] != '"') at += text_[at] == '\\' ? std::size_t{2} : 1;
    if (at >= text_.size()) {
        auto token = take(TokenKind::bad, text_.size());
        token.text = "a text in quotes has no end";
        return token;
    }
    auto token = take(TokenKind::quoted, at + 1);
    token.text = token.text.substr(1, at - 1);
    return token;
}

Token Lexer::symbol() {
    for (auto const known : kSymbols)
        if (text_.starts_with(known)) return take(TokenKind::symbol, known.size());
    auto token = take(TokenKind::bad, 1);
    token.text = "no word of the policy language begins with this character";
    return token;
}

void Lexer::advance(std::size_t size) {
    for (auto const byte : text_.substr(0, size)) {
        ++position_.column;
        if (byte == '\n') position_ = {.line = position_.line + 1, .column = 1};
    }
    text_.remove_prefix(size);
}

}  // namespace salus::cedar

#include <utility>

#include "cedar/expression_parser.h"
#include "cedar/quoted_text.h"
#include "foundation/result.h"

namespace salus::cedar {
namespace {

constexpr std::size_t kQuotedBytes = 40;  // of a token, in a message

// Cut at a character's border.
std::string_view beginning(std::string_view text) {
    if (text.size() <= kQuotedBytes) return text;
    auto size = kQuotedBytes;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
    return text.substr(0, size);
}

std::string describe(Token const& token) {
    switch (token.kind) {
        case TokenKind::end: return "the end of the text";
        case TokenKind::quoted: return "\"" + std::string(beginning(token.text)) + "\"";
        case TokenKind::name:
        case TokenKind::number:
        case TokenKind::symbol:
        case TokenKind::slot:
        case TokenKind::bad: break;
    }
    return "'" + std::string(beginning(token.text)) + "'";
}

}  // namespace

std::unexpected<Message> wrong(Position position, std::string text) {
    return std::unexpected(Message{.position = position, .text = std::move(text)});
}

Token Tokens::take() {
    return std::exchange(next_, lexer_.next());
}

bool Tokens::at_symbol(std::string_view symbol) const noexcept {
    return next_.kind == TokenKind::symbol && next_.text == symbol;
}

bool Tokens::at_name(std::string_view name) const noexcept {
    return next_.kind == TokenKind::name && next_.text == name;
}

bool Tokens::skip_symbol(std::string_view symbol) {
    if (!at_symbol(symbol)) return false;
    take();
    return true;
}

bool Tokens::skip_name(std::string_view name) {
    if (!at_name(name)) return false;
    take();
    return true;
}

Parsed<Token> Tokens::expect_symbol(std::string_view symbol) {
    if (!at_symbol(symbol)) return unexpected("'" + std::string(symbol) + "'");
    return take();
}

Parsed<Token> Tokens::expect_name(std::string_view what) {
    if (next_.kind != TokenKind::name || is_reserved(next_.text)) return unexpected(what);
    return take();
}

Parsed<std::string> Tokens::expect_quoted(std::string_view what) {
    if (next_.kind != TokenKind::quoted) return unexpected(what);
    auto text = unquote(next_.text);
    if (!text) return wrong(next_.position, std::string(text.error()));
    take();
    return *std::move(text);
}

std::unexpected<Message> Tokens::unexpected(std::string_view what) const {
    if (next_.kind == TokenKind::bad) return wrong(next_.position, std::string(next_.text));
    if (next_.kind == TokenKind::slot)
        return wrong(next_.position, "not supported: templates (" + describe(next_) + ")");
    return wrong(next_.position, "expected " + std::string(what) + ", found " + describe(next_));
}

Parsed<std::string> parse_path(Tokens& tokens, Token const& first) {
    std::string path(first.text);
    while (tokens.at_symbol("::")) {
        tokens.take();
        if (tokens.next().kind == TokenKind::quoted) return path += "::";
        SALUS_TRY(auto const name, tokens.expect_name("a name or a quoted id"));
        path.append("::").append(name.text);
    }
    return path;
}

Parsed<EntityUid> parse_entity(Tokens& tokens) {
    constexpr std::string_view kWhat = "an entity, such as User::\"ada\"";
    SALUS_TRY(auto const first, tokens.expect_name(kWhat));
    SALUS_TRY(auto type, parse_path(tokens, first));
    if (!type.ends_with("::")) return tokens.unexpected("'::' and a quoted id");
    type.resize(type.size() - 2);
    SALUS_TRY(auto id, tokens.expect_quoted(kWhat));
    return EntityUid{.type = std::move(type), .id = std::move(id)};
}

}  // namespace salus::cedar

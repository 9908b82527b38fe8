#include "cedar/schema_lexer.h"

#include <utility>

#include "cedar/quoted_text.h"

namespace salus::cedar {
namespace {

constexpr std::string_view kSchemaSigns = ",;:{}[]<>=?@()";

bool begins_identifier(char byte) {
    return byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool continues_identifier(char byte) {
    return begins_identifier(byte) || (byte >= '0' && byte <= '9');
}

}  // namespace

void SchemaLexer::advance(std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i, ++at_) {
        if (text_[at_] == '\n') {
            ++position_.line;
            position_.column = 1;
        } else {
            ++position_.column;
        }
    }
}

void SchemaLexer::skip_blanks() {
    while (!ended()) {
        auto const byte = peek();
        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
            advance(1);
        } else if (byte == '/' && peek(1) == '/') {
            while (!ended() && peek() != '\n') advance(1);
        } else {
            return;
        }
    }
}

std::expected<SchemaToken, Message> SchemaLexer::next() {
    skip_blanks();
    if (ended()) return SchemaToken{SchemaToken::Kind::end, position_, ""};
    auto const byte = peek();
    if (begins_identifier(byte)) return identifier();
    if (byte == '"') return quoted();
    if (!kSchemaSigns.contains(byte)) {
        return Failure({position_, "unexpected character"});
    }
    SchemaToken token{SchemaToken::Kind::sign, position_, std::string(1, byte)};
    if (byte == ':' && peek(1) == ':') token.value = "::";
    advance(token.value.size());
    return token;
}

SchemaToken SchemaLexer::identifier() {
    SchemaToken token{SchemaToken::Kind::identifier, position_, ""};
    auto const begin = at_;
    auto end = at_;
    while (end < text_.size() && continues_identifier(text_[end])) ++end;
    token.value = text_.substr(begin, end - begin);
    advance(end - begin);
    return token;
}

std::expected<SchemaToken, Message> SchemaLexer::quoted() {
    SchemaToken token{SchemaToken::Kind::text, position_, ""};
    std::size_t size = 1;
    while (peek(size) != '"' && at_ + size < text_.size())
        size += peek(size) == '\\' ? std::size_t{2} : 1;
    if (at_ + size >= text_.size()) return Failure({token.position, "this text is not closed"});
    auto text = unquote(text_.substr(at_ + 1, size - 1));
    if (!text) return Failure({token.position, std::string(text.error())});
    token.value = *std::move(text);
    advance(size + 1);
    return token;
}

}  // namespace salus::cedar

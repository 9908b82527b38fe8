#include "cedar/schema_lexer.h"

#include <charconv>
#include <utility>

namespace salus::cedar {
namespace {

constexpr std::string_view kSchemaSigns = ",;:{}[]<>=?@()";

bool begins_identifier(char byte) {
    return byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool continues_identifier(char byte) {
    return begins_identifier(byte) || (byte >= '0' && byte <= '9');
}

// REQUIRES: a Unicode scalar value (RFC 3629).
void append_scalar(std::string& out, std::uint32_t scalar) {
    auto const tail = [&out](std::uint32_t bits) {
        out.push_back(static_cast<char>(0x80U | (bits & 0x3fU)));
    };
    if (scalar < 0x80) {
        out.push_back(static_cast<char>(scalar));
    } else if (scalar < 0x800) {
        out.push_back(static_cast<char>(0xc0U | (scalar >> 6U)));
        tail(scalar);
    } else if (scalar < 0x10000) {
        out.push_back(static_cast<char>(0xe0U | (scalar >> 12U)));
        tail(scalar >> 6U);
        tail(scalar);
    } else {
        out.push_back(static_cast<char>(0xf0U | (scalar >> 18U)));
        tail(scalar >> 12U);
        tail(scalar >> 6U);
        tail(scalar);
    }
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
    advance(1);
    while (!ended() && peek() != '"') {
        if (peek() == '\\') {
            auto const done = escape(token.value);
            if (!done) return Failure(done.error());
        } else {
            token.value.push_back(peek());
            advance(1);
        }
    }
    if (ended()) return Failure({token.position, "this text is not closed"});
    advance(1);
    return token;
}

std::expected<void, Message> SchemaLexer::escape(std::string& out) {
    static constexpr std::string_view kNames = "nrt\\0'\"";
    static constexpr std::string_view kValues("\n\r\t\\\0'\"", 7);
    auto const simple = kNames.find(peek(1));
    if (at_ + 1 < text_.size() && simple != std::string_view::npos) {
        out.push_back(kValues[simple]);
        advance(2);
        return {};
    }
    return code_point(out);
}

// \x7f, of ASCII, or \u{1F3E5}, of one to six digits.
std::expected<void, Message> SchemaLexer::code_point(std::string& out) {
    Failure const failure({position_, "unknown escape"});
    std::string_view digits;
    std::size_t bytes = 4;
    if (peek(1) == 'x' && at_ + 4 <= text_.size()) {
        digits = text_.substr(at_ + 2, 2);
    } else if (peek(1) == 'u' && peek(2) == '{') {
        auto const end = text_.find('}', at_);
        if (end == std::string_view::npos || end - at_ > 9) return failure;
        digits = text_.substr(at_ + 3, end - at_ - 3);
        bytes = end + 1 - at_;
    }
    std::uint32_t scalar = 0;
    auto const [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), scalar, 16);
    if (digits.empty() || error != std::errc() || stop != digits.data() + digits.size()) {
        return failure;
    }
    auto const most = peek(1) == 'x' ? 0x7fU : 0x10ffffU;
    if (scalar > most || (scalar >= 0xd800 && scalar <= 0xdfff)) return failure;
    append_scalar(out, scalar);
    advance(bytes);
    return {};
}

}  // namespace salus::cedar

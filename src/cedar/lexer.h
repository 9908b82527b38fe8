// The words of a policy's text (Cedar language reference, "Policy grammar"): names, numbers, quoted
// text and symbols; white space and comments are passed over. Borrows the text; one thread. Private
// to the room.
#pragma once

#include <cstdint>
#include <string_view>

#include "cedar/expression.h"

namespace salus::cedar {

enum class TokenKind : std::uint8_t {
    end,
    name,    // keywords too
    number,  // digits
    quoted,  // `text` stands between the quotes, escapes as they are written
    symbol,
    slot,  // ?principal, of templates
    bad,   // `text` says what is wrong with it
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;
    Position position;
};

// Words that name nothing.
[[nodiscard]] bool is_reserved(std::string_view name) noexcept;
// [_a-zA-Z][_a-zA-Z0-9]*, and not reserved.
[[nodiscard]] bool is_name(std::string_view text) noexcept;
// Names with "::" between them.
[[nodiscard]] bool is_path(std::string_view text) noexcept;

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}
    // Ends with Token::end, again and again.
    [[nodiscard]] Token next();

private:
    void skip_space();
    [[nodiscard]] Token take(TokenKind kind, std::size_t size);
    [[nodiscard]] Token quoted();
    [[nodiscard]] Token symbol();
    void advance(std::size_t size);

    std::string_view text_;  // what is left
    Position position_;
};

}  // namespace salus::cedar

// The words of a schema. Private to the room; one lexer, one thread; borrows the text.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "cedar/expression.h"

namespace salus::cedar {

struct SchemaToken {
    enum class Kind : std::uint8_t { end, identifier, text, sign };
    Kind kind = Kind::end;
    Position position;
    std::string value;  // text: without quotes, escapes resolved; sign: one of , ; : :: { } [ ] ...

    [[nodiscard]] bool is_sign(std::string_view sign) const noexcept {
        return kind == Kind::sign && value == sign;
    }
    [[nodiscard]] bool is_word(std::string_view word) const noexcept {
        return kind == Kind::identifier && value == word;
    }
};

class SchemaLexer {
public:
    // REQUIRES: UTF-8.
    explicit SchemaLexer(std::string_view text) : text_(text) {}
    [[nodiscard]] std::expected<SchemaToken, Message> next();

private:
    using Failure = std::unexpected<Message>;
    void skip_blanks();
    void advance(std::size_t bytes);
    [[nodiscard]] SchemaToken identifier();
    [[nodiscard]] std::expected<SchemaToken, Message> quoted();
    [[nodiscard]] std::expected<void, Message> escape(std::string& out);
    [[nodiscard]] std::expected<void, Message> code_point(std::string& out);
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    [[nodiscard]] bool ended() const noexcept { return at_ >= text_.size(); }

    std::string_view text_;
    std::size_t at_ = 0;
    Position position_;
};

}  // namespace salus::cedar

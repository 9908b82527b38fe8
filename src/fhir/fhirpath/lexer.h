// The tokens of FHIRPath (https://hl7.org/fhirpath/N1/#lexical-elements). Private to the engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/fhirpath/temporal.h"
#include "foundation/literal.h"

namespace salus::fhir::fhirpath {

enum class TokenKind : std::uint8_t {
    end,
    identifier,
    delimited_identifier,  // text: between the backticks
    string,                // text: between the quotes
    number,
    moment,   // text: without @
    special,  // $this, $index, $total: text without $
    symbol,   // an operator or a bracket
    wrong,    // not FHIRPath; see Lexer::problem()
};

struct Token {
    TokenKind kind;
    MomentKind moment_kind;
    std::string_view text;
    std::size_t offset;

    [[nodiscard]] bool is_symbol(std::string_view symbol) const noexcept {
        return kind == TokenKind::symbol && text == symbol;
    }
    [[nodiscard]] bool is_word(std::string_view word) const noexcept {
        return kind == TokenKind::identifier && text == word;
    }
};

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    // After `end` always `end` again; after `wrong` always `wrong`.
    [[nodiscard]] Token next();
    [[nodiscard]] Literal problem() const noexcept { return problem_; }

private:
    [[nodiscard]] bool skip_blank();  // false: a comment without an end
    [[nodiscard]] Token wrong(Literal problem);
    [[nodiscard]] Token take(TokenKind kind, std::size_t length);
    [[nodiscard]] Token quoted(char quote, TokenKind kind);
    [[nodiscard]] std::size_t identifier_length(std::size_t from) const;
    [[nodiscard]] std::size_t number_length() const;

    std::string_view text_;
    std::size_t at_ = 0;
    Literal problem_;
};

// Escapes resolved; nothing for one that FHIRPath does not have.
[[nodiscard]] std::optional<std::string> unescape(std::string_view inside);

}  // namespace salus::fhir::fhirpath

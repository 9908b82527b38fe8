// Recursive descent over expressions (Cedar language reference, "Policy grammar"). Bounded in depth
// and in nodes, so that whatever walks the tree is bounded too. One thread. Private to the room.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "cedar/expression.h"
#include "cedar/lexer.h"

namespace salus::cedar {

// Or the first thing that is wrong.
template <class T>
using Parsed = std::expected<T, Message>;

// The token that is next; what every rule of the grammar begins with.
class Tokens {
public:
    explicit Tokens(std::string_view text) : lexer_(text), next_(lexer_.next()) {}
    [[nodiscard]] Token const& next() const noexcept { return next_; }
    Token take();
    [[nodiscard]] bool at_symbol(std::string_view symbol) const noexcept;
    [[nodiscard]] bool at_name(std::string_view name) const noexcept;
    // Takes it if it is there.
    bool skip_symbol(std::string_view symbol);
    bool skip_name(std::string_view name);
    Parsed<Token> expect_symbol(std::string_view symbol);
    // A name that is not reserved.
    Parsed<Token> expect_name(std::string_view what);
    Parsed<std::string> expect_quoted(std::string_view what);
    // `what` was expected, and something else is next.
    [[nodiscard]] std::unexpected<Message> unexpected(std::string_view what) const;

private:
    Lexer lexer_;
    Token next_;
};

[[nodiscard]] std::unexpected<Message> wrong(Position position, std::string text);
// Names with "::" between them, the first of which is taken already; stops before a quoted text.
[[nodiscard]] Parsed<std::string> parse_path(Tokens& tokens, Token const& first);
// User::"ada"
[[nodiscard]] Parsed<EntityUid> parse_entity(Tokens& tokens);

class ExpressionParser {
public:
    // Borrows both. `nodes_left`: how many may still be made of this text.
    ExpressionParser(Tokens& tokens, std::size_t& nodes_left)
        : tokens_(tokens), nodes_left_(nodes_left) {}
    [[nodiscard]] Parsed<Expression> parse();

private:
    // With what its bounds are about.
    struct Node {
        Expression expression;
        std::size_t depth = 1;
        std::size_t size = 1;
    };
    using Nodes = std::vector<Node>;

    [[nodiscard]] Parsed<Node> expression();
    [[nodiscard]] Parsed<Node> conditional();
    [[nodiscard]] Parsed<Node> disjunction();
    [[nodiscard]] Parsed<Node> conjunction();
    [[nodiscard]] Parsed<Node> relation();
    [[nodiscard]] Parsed<Node> one_relation(Node left);
    [[nodiscard]] Parsed<Node> has(Node left);
    [[nodiscard]] Parsed<Node> like(Node left);
    [[nodiscard]] Parsed<Node> is(Node left);
    [[nodiscard]] Parsed<Node> sum();
    [[nodiscard]] Parsed<Node> product();
    [[nodiscard]] Parsed<Node> unary();
    [[nodiscard]] Parsed<Node> negative();
    [[nodiscard]] Parsed<Node> member();
    [[nodiscard]] Parsed<Node> accesses(Node receiver);
    [[nodiscard]] Parsed<Node> access_by_name(Node receiver);
    [[nodiscard]] Parsed<Node> method(Node receiver, Token const& name);
    [[nodiscard]] Parsed<Node> primary();
    [[nodiscard]] Parsed<Node> named();
    [[nodiscard]] Parsed<Node> function(Token const& name);
    [[nodiscard]] Parsed<Node> set();
    [[nodiscard]] Parsed<Node> record();
    // Up to the closing symbol, which is taken.
    [[nodiscard]] Parsed<Nodes> list(std::string_view closing);

    [[nodiscard]] Parsed<Node> chain(Operation operation, std::string_view symbol,
                                     Parsed<Node> (ExpressionParser::*operand)());
    [[nodiscard]] Parsed<Node> make(Operation operation, Position position, Nodes operands) const;
    template <class... More>
    [[nodiscard]] Parsed<Node> make_of(Operation operation, Position position, Node first,
                                       More... more) const;
    [[nodiscard]] static Node literal(Position position, Value value);

    Tokens& tokens_;
    std::size_t& nodes_left_;
    std::size_t nesting_ = 0;  // of rules that began and have not ended
};

}  // namespace salus::cedar

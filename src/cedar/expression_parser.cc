#include "cedar/expression_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "cedar/functions.h"
#include "cedar/policy_set.h"
#include "cedar/quoted_text.h"
#include "foundation/result.h"

namespace salus::cedar {
namespace {

constexpr std::size_t kRepeated = 4;  // ! or -, as in Cedar

struct Relation {
    std::string_view word;
    Operation operation;
};
constexpr std::array<Relation, 7> kRelations{{
    {.word = "==", .operation = Operation::equal},
    {.word = "!=", .operation = Operation::not_equal},
    {.word = "<", .operation = Operation::less},
    {.word = "<=", .operation = Operation::less_equal},
    {.word = ">", .operation = Operation::greater},
    {.word = ">=", .operation = Operation::greater_equal},
    {.word = "in", .operation = Operation::in},
}};

std::optional<Operation> relation_of(Token const& token) noexcept {
    if (token.kind != TokenKind::symbol && token.kind != TokenKind::name) return std::nullopt;
    auto const* const found = std::ranges::find(kRelations, token.text, &Relation::word);
    return found != kRelations.end() ? std::optional(found->operation) : std::nullopt;
}

std::optional<Variable> variable_of(std::string_view name) noexcept {
    if (name == "principal") return Variable::principal;
    if (name == "action") return Variable::action;
    if (name == "resource") return Variable::resource;
    if (name == "context") return Variable::context;
    return std::nullopt;
}

std::string count_of(std::size_t arguments) {
    return std::to_string(arguments) + (arguments == 1 ? " argument" : " arguments");
}

}  // namespace

Parsed<Expression> ExpressionParser::parse() {
    auto const position = tokens_.next().position;
    SALUS_TRY(auto node, expression());
    if (node.size > nodes_left_) return wrong(position, "the policies together are too large");
    nodes_left_ -= node.size;
    return std::move(node.expression);
}

auto ExpressionParser::make(Operation operation, Position position, Nodes operands) const
    -> Parsed<Node> {
    Node node;
    node.expression.operation = operation;
    node.expression.position = position;
    node.expression.operands.reserve(operands.size());
    for (auto& operand : operands) {
        node.depth = std::max(node.depth, operand.depth + 1);
        node.size += operand.size;
        node.expression.operands.push_back(std::move(operand.expression));
    }
    if (node.depth > kExpressionDepth) return wrong(position, "nested too deeply");
    if (node.size > kExpressionNodes) return wrong(position, "this expression is too large");
    return node;
}

template <class... More>
auto ExpressionParser::make_of(Operation operation, Position position, Node first,
                               More... more) const -> Parsed<Node> {
    Nodes operands;
    operands.reserve(1 + sizeof...(more));
    operands.push_back(std::move(first));
    (operands.push_back(std::move(more)), ...);
    return make(operation, position, std::move(operands));
}

auto ExpressionParser::literal(Position position, Value value) -> Node {
    Node node;
    node.expression.position = position;
    node.expression.literal = std::move(value);
    return node;
}

auto ExpressionParser::expression() -> Parsed<Node> {
    if (nesting_ == kExpressionDepth) return wrong(tokens_.next().position, "nested too deeply");
    ++nesting_;
    auto node = tokens_.at_name("if") ? conditional() : disjunction();
    --nesting_;
    return node;
}

auto ExpressionParser::conditional() -> Parsed<Node> {
    auto const position = tokens_.take().position;
    SALUS_TRY(auto condition, expression());
    if (!tokens_.skip_name("then")) return tokens_.unexpected("'then'");
    SALUS_TRY(auto yes, expression());
    if (!tokens_.skip_name("else")) return tokens_.unexpected("'else'");
    SALUS_TRY(auto no, expression());
    return make_of(Operation::conditional, position, std::move(condition), std::move(yes),
                   std::move(no));
}

auto ExpressionParser::chain(Operation operation, std::string_view symbol,
                             Parsed<Node> (ExpressionParser::*operand)()) -> Parsed<Node> {
    SALUS_TRY(auto first, (this->*operand)());
    if (!tokens_.at_symbol(symbol)) return first;
    auto const position = tokens_.next().position;
    Nodes operands;
    operands.push_back(std::move(first));
    while (tokens_.skip_symbol(symbol)) {
        SALUS_TRY(auto next, (this->*operand)());
        operands.push_back(std::move(next));
    }
    return make(operation, position, std::move(operands));
}

auto ExpressionParser::disjunction() -> Parsed<Node> {
    return chain(Operation::disjunction, "||", &ExpressionParser::conjunction);
}

auto ExpressionParser::conjunction() -> Parsed<Node> {
    return chain(Operation::conjunction, "&&", &ExpressionParser::relation);
}

auto ExpressionParser::relation() -> Parsed<Node> {
    SALUS_TRY(auto left, sum());
    SALUS_TRY(auto node, one_relation(std::move(left)));
    auto const& next = tokens_.next();
    if (relation_of(next) || tokens_.at_name("has") || tokens_.at_name("like") ||
        tokens_.at_name("is"))
        return wrong(next.position, "comparisons cannot be chained: parentheses are needed");
    return node;
}

auto ExpressionParser::one_relation(Node left) -> Parsed<Node> {
    if (tokens_.at_name("has")) return has(std::move(left));
    if (tokens_.at_name("like")) return like(std::move(left));
    if (tokens_.at_name("is")) return is(std::move(left));
    auto const operation = relation_of(tokens_.next());
    if (!operation) return left;
    auto const position = tokens_.take().position;
    SALUS_TRY(auto right, sum());
    return make_of(*operation, position, std::move(left), std::move(right));
}

auto ExpressionParser::has(Node left) -> Parsed<Node> {
    tokens_.take();
    auto const position = tokens_.next().position;
    auto const step = [&](Operation operation, Node of, std::string name) {
        auto node = make_of(operation, position, std::move(of));
        if (node) node->expression.names.push_back(std::move(name));
        return node;
    };
    if (tokens_.next().kind == TokenKind::quoted) {
        SALUS_TRY(auto name, tokens_.expect_quoted("an attribute's name"));
        return step(Operation::has, std::move(left), std::move(name));
    }
    // x has a.b is x has a && x.a has b.
    Nodes steps;
    std::size_t size = 0;
    for (;;) {
        SALUS_TRY(auto const token, tokens_.expect_name("an attribute's name"));
        std::string const name(token.text);
        SALUS_TRY(auto test, step(Operation::has, left, name));
        size += test.size;
        if (size > kExpressionNodes) return wrong(position, "this expression is too large");
        steps.push_back(std::move(test));
        if (!tokens_.skip_symbol(".")) break;
        SALUS_TRY(left, step(Operation::attribute, std::move(left), name));
    }
    if (steps.size() == 1) return std::move(steps.front());
    return make(Operation::conjunction, position, std::move(steps));
}

auto ExpressionParser::like(Node left) -> Parsed<Node> {
    auto const position = tokens_.take().position;
    if (tokens_.next().kind != TokenKind::quoted) return tokens_.unexpected("a quoted pattern");
    auto pattern = unquote_pattern(tokens_.next().text);
    if (!pattern) return wrong(tokens_.next().position, std::string(pattern.error()));
    tokens_.take();
    SALUS_TRY(auto node, make_of(Operation::like, position, std::move(left)));
    node.expression.pattern = *std::move(pattern);
    return node;
}

auto ExpressionParser::is(Node left) -> Parsed<Node> {
    auto const position = tokens_.take().position;
    SALUS_TRY(auto const first, tokens_.expect_name("an entity type"));
    SALUS_TRY(auto type, parse_path(tokens_, first));
    if (type.ends_with("::")) return tokens_.unexpected("an entity type");
    Nodes operands;
    operands.push_back(std::move(left));
    if (tokens_.skip_name("in")) {
        SALUS_TRY(auto ancestor, sum());
        operands.push_back(std::move(ancestor));
    }
    auto const operation = operands.size() == 1 ? Operation::is : Operation::is_in;
    SALUS_TRY(auto node, make(operation, position, std::move(operands)));
    node.expression.names.push_back(std::move(type));
    return node;
}

auto ExpressionParser::sum() -> Parsed<Node> {
    SALUS_TRY(auto left, product());
    while (tokens_.at_symbol("+") || tokens_.at_symbol("-")) {
        auto const token = tokens_.take();
        auto const operation = token.text == "+" ? Operation::add : Operation::subtract;
        SALUS_TRY(auto right, product());
        SALUS_TRY(left, make_of(operation, token.position, std::move(left), std::move(right)));
    }
    return left;
}

auto ExpressionParser::product() -> Parsed<Node> {
    SALUS_TRY(auto left, unary());
    while (tokens_.at_symbol("*")) {
        auto const position = tokens_.take().position;
        SALUS_TRY(auto right, unary());
        SALUS_TRY(left, make_of(Operation::multiply, position, std::move(left), std::move(right)));
    }
    return left;
}

auto ExpressionParser::unary() -> Parsed<Node> {
    if (tokens_.at_symbol("-")) return negative();
    std::vector<Position> positions;
    while (tokens_.at_symbol("!")) positions.push_back(tokens_.take().position);
    if (positions.size() > kRepeated) return wrong(positions.back(), "too many '!'");
    SALUS_TRY(auto node, member());
    for (; !positions.empty(); positions.pop_back()) {
        SALUS_TRY(node, make_of(Operation::negation, positions.back(), std::move(node)));
    }
    return node;
}

// The last minus sign before a number is the number's own, so that the least one can be written.
auto ExpressionParser::negative() -> Parsed<Node> {
    std::vector<Position> positions;
    while (tokens_.at_symbol("-")) positions.push_back(tokens_.take().position);
    if (positions.size() > kRepeated) return wrong(positions.back(), "too many '-'");
    Node node;
    if (tokens_.next().kind == TokenKind::number) {
        auto const token = tokens_.take();
        // -5.name is -(5.name), which errs.
        auto const receiver = tokens_.at_symbol(".") || tokens_.at_symbol("[");
        auto const text = (receiver ? "" : "-") + std::string(token.text);
        std::int64_t value = 0;
        auto const error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
        if (error != std::errc()) return wrong(token.position, "a number beyond 64 bits");
        SALUS_TRY(node, accesses(literal(token.position, Value(value))));
        if (!receiver) positions.pop_back();
    } else {
        SALUS_TRY(node, member());
    }
    for (; !positions.empty(); positions.pop_back()) {
        SALUS_TRY(node, make_of(Operation::negative, positions.back(), std::move(node)));
    }
    return node;
}

auto ExpressionParser::member() -> Parsed<Node> {
    SALUS_TRY(auto receiver, primary());
    return accesses(std::move(receiver));
}

auto ExpressionParser::accesses(Node receiver) -> Parsed<Node> {
    for (;;) {
        if (tokens_.skip_symbol(".")) {
            SALUS_TRY(receiver, access_by_name(std::move(receiver)));
        } else if (tokens_.skip_symbol("[")) {
            auto const position = tokens_.next().position;
            SALUS_TRY(auto name, tokens_.expect_quoted("an attribute's name in quotes"));
            SALUS_TRY_VOID(tokens_.expect_symbol("]"));
            SALUS_TRY(receiver, make_of(Operation::attribute, position, std::move(receiver)));
            receiver.expression.names.push_back(std::move(name));
        } else {
            return receiver;
        }
    }
}

auto ExpressionParser::access_by_name(Node receiver) -> Parsed<Node> {
    SALUS_TRY(auto const name, tokens_.expect_name("an attribute's or a method's name"));
    if (tokens_.skip_symbol("(")) return method(std::move(receiver), name);
    SALUS_TRY(auto node, make_of(Operation::attribute, name.position, std::move(receiver)));
    node.expression.names.emplace_back(name.text);
    return node;
}

auto ExpressionParser::method(Node receiver, Token const& name) -> Parsed<Node> {
    auto const* const own = find_method(name.text);
    auto const* const other = find_function(name.text);
    if (own == nullptr && (other == nullptr || !other->method))
        return wrong(name.position, "not supported: method " + std::string(name.text) + "()");
    SALUS_TRY(auto operands, list(")"));
    operands.insert(operands.begin(), std::move(receiver));
    auto const arguments = own != nullptr ? own->arguments : other->arguments;
    if (operands.size() != arguments)
        return wrong(name.position, std::string(name.text) + "() takes " + count_of(arguments - 1));
    auto const operation = own != nullptr ? own->operation : Operation::call;
    SALUS_TRY(auto node, make(operation, name.position, std::move(operands)));
    if (own == nullptr) node.expression.names.emplace_back(name.text);
    return node;
}

auto ExpressionParser::primary() -> Parsed<Node> {
    auto const& next = tokens_.next();
    auto const position = next.position;
    if (next.kind == TokenKind::number) {
        std::int64_t value = 0;
        auto const text = tokens_.take().text;
        auto const error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
        if (error != std::errc()) return wrong(position, "a number beyond 64 bits");
        return literal(position, Value(value));
    }
    if (next.kind == TokenKind::quoted) {
        SALUS_TRY(auto text, tokens_.expect_quoted("a text"));
        return literal(position, Value(std::move(text)));
    }
    if (tokens_.skip_name("true")) return literal(position, Value(true));
    if (tokens_.skip_name("false")) return literal(position, Value(false));
    if (tokens_.skip_symbol("(")) {
        SALUS_TRY(auto node, expression());
        SALUS_TRY_VOID(tokens_.expect_symbol(")"));
        return node;
    }
    if (tokens_.at_symbol("[")) return set();
    if (tokens_.at_symbol("{")) return record();
    return named();
}

auto ExpressionParser::named() -> Parsed<Node> {
    SALUS_TRY(auto const first, tokens_.expect_name("an expression"));
    SALUS_TRY(auto path, parse_path(tokens_, first));
    if (path.ends_with("::")) {
        path.resize(path.size() - 2);
        SALUS_TRY(auto id, tokens_.expect_quoted("an id"));
        return literal(first.position,
                       Value(EntityUid{.type = std::move(path), .id = std::move(id)}));
    }
    if (path != first.text)
        return wrong(first.position,
                     "'" + path + "' is no entity: '::' and a quoted id is missing");
    if (tokens_.skip_symbol("(")) return function(first);
    auto const variable = variable_of(path);
    if (!variable) return wrong(first.position, "unknown name '" + path + "'");
    SALUS_TRY(auto node, make(Operation::variable, first.position, {}));
    node.expression.variable = *variable;
    return node;
}

auto ExpressionParser::function(Token const& name) -> Parsed<Node> {
    std::string const spelling(name.text);
    auto const* const facts = find_function(name.text);
    if (find_method(name.text) != nullptr || (facts != nullptr && facts->method))
        return wrong(name.position, spelling + "() is a method, written after a '.'");
    if (facts == nullptr) return wrong(name.position, "not supported: function " + spelling + "()");
    SALUS_TRY(auto operands, list(")"));
    if (operands.size() != facts->arguments)
        return wrong(name.position, spelling + "() takes " + count_of(facts->arguments));
    SALUS_TRY(auto node, make(Operation::call, name.position, std::move(operands)));
    node.expression.names.push_back(spelling);
    return node;
}

auto ExpressionParser::list(std::string_view closing) -> Parsed<Nodes> {
    Nodes nodes;
    while (!tokens_.skip_symbol(closing)) {
        SALUS_TRY(auto node, expression());
        nodes.push_back(std::move(node));
        if (nodes.size() > kExpressionNodes)
            return wrong(tokens_.next().position, "this expression is too large");
        if (tokens_.skip_symbol(",") || tokens_.at_symbol(closing)) continue;
        return tokens_.unexpected("',' or '" + std::string(closing) + "'");
    }
    return nodes;
}

auto ExpressionParser::set() -> Parsed<Node> {
    auto const position = tokens_.take().position;
    SALUS_TRY(auto elements, list("]"));
    return make(Operation::set, position, std::move(elements));
}

auto ExpressionParser::record() -> Parsed<Node> {
    auto const position = tokens_.take().position;
    Nodes members;
    std::vector<std::string> names;
    std::set<std::string> seen;
    while (!tokens_.skip_symbol("}")) {
        auto const at = tokens_.next().position;
        std::string name;
        if (tokens_.next().kind == TokenKind::quoted) {
            SALUS_TRY(name, tokens_.expect_quoted("a name"));
        } else {
            SALUS_TRY(auto const token, tokens_.expect_name("a name or '}'"));
            name = token.text;
        }
        if (!seen.insert(name).second) return wrong(at, "two members of a record have one name");
        names.push_back(std::move(name));
        SALUS_TRY_VOID(tokens_.expect_symbol(":"));
        SALUS_TRY(auto node, expression());
        members.push_back(std::move(node));
        if (!tokens_.skip_symbol(",") && !tokens_.at_symbol("}"))
            return tokens_.unexpected("',' or '}'");
    }
    SALUS_TRY(auto node, make(Operation::record, position, std::move(members)));
    node.expression.names = std::move(names);
    return node;
}

}  // namespace salus::cedar

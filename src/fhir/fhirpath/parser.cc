#include "fhir/fhirpath/parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "fhir/fhirpath/lexer.h"
#include "foundation/limits.h"

namespace salus::fhir::fhirpath {
namespace {

struct Operator {
    std::string_view text;
    int precedence;  // higher binds tighter
    Op op;
    bool word;
};
// https://hl7.org/fhirpath/N1/grammar.html
constexpr Operator kOperators[] = {
    {"implies", 1, Op::implies, true}, {"or", 2, Op::or_, true},
    {"xor", 2, Op::xor_, true},        {"and", 3, Op::and_, true},
    {"in", 4, Op::in, true},           {"contains", 4, Op::contains, true},
    {"=", 5, Op::equal, false},        {"~", 5, Op::equivalent, false},
    {"!=", 5, Op::not_equal, false},   {"!~", 5, Op::not_equivalent, false},
    {"<=", 6, Op::less_equal, false},  {"<", 6, Op::less, false},
    {">", 6, Op::greater, false},      {">=", 6, Op::greater_equal, false},
    {"|", 7, Op::unite, false},        {"is", 8, Op::is, true},
    {"as", 8, Op::as, true},           {"+", 9, Op::add, false},
    {"-", 9, Op::subtract, false},     {"&", 9, Op::concatenate, false},
    {"*", 10, Op::multiply, false},    {"/", 10, Op::divide, false},
    {"div", 10, Op::div, true},        {"mod", 10, Op::mod, true},
};
constexpr int kLoosest = 1;
constexpr std::int64_t kLargestInteger = 2'147'483'647;

Operator const* operator_of(Token const& token) {
    auto const kind_fits = [&token](bool word) {
        return token.kind == (word ? TokenKind::identifier : TokenKind::symbol);
    };
    for (auto const& each : kOperators) {
        if (each.text == token.text && kind_fits(each.word)) return &each;
    }
    return nullptr;
}

// Operators that no path starts with. After a dot they are names: text.div.
bool is_reserved(std::string_view word) {
    constexpr std::string_view kReserved[] = {"and", "or", "xor", "implies", "div", "mod"};
    return std::ranges::find(kReserved, word) != std::end(kReserved);
}

class Parser {
public:
    explicit Parser(std::string_view text) : lexer_(text) { advance(); }

    Result<Program> run() {
        auto const root = expression(kLoosest, 0);
        if (root == kNone) return fail(std::move(*error_));
        if (token_.kind != TokenKind::end) {
            (void)unexpected("an operator or the end was expected");
            return fail(std::move(*error_));
        }
        program_.root = root;
        return std::move(program_);
    }

private:
    void advance() { token_ = lexer_.next(); }

    // kNone everywhere below means: refused, and error_ says why.
    NodeIndex refuse(Errc code, Literal why, std::size_t offset) {
        if (!error_) {
            Location where;
            where.prepend_index(offset);
            error_ = Error{code, why, std::move(where)};
        }
        return kNone;
    }
    NodeIndex unexpected(Literal expected) {
        auto const why = token_.kind == TokenKind::wrong ? lexer_.problem() : expected;
        return refuse(Errc::invalid, why, token_.offset);
    }
    bool expect(std::string_view symbol, Literal problem) {
        if (!token_.is_symbol(symbol)) {
            (void)unexpected(problem);
            return false;
        }
        advance();
        return true;
    }

    NodeIndex add(Node node, std::size_t offset) {
        node.offset = static_cast<std::uint32_t>(offset);
        std::size_t depth = 0;
        if (node.first != kNone) depth = depths_[node.first];
        if (node.op == Op::function) {
            for (std::size_t i = 0; i < node.argument_count; ++i)
                depth = std::max(depth, depths_[program_.arguments[node.second + i]]);
        } else if (node.op >= Op::multiply || node.op == Op::indexer) {
            depth = std::max(depth, depths_[node.second]);
        }
        if (++depth > limits::kFhirPathDepth)
            return refuse(Errc::too_large, "an expression nested too deeply", offset);
        if (program_.nodes.size() == limits::kFhirPathNodes)
            return refuse(Errc::too_large, "an expression with too many parts", offset);
        program_.nodes.push_back(node);
        depths_.push_back(depth);
        return static_cast<NodeIndex>(program_.nodes.size() - 1);
    }

    NodeIndex add_literal(Item item, std::size_t offset) {
        program_.literals.push_back(item);
        return add(
            {.op = Op::literal, .second = static_cast<std::uint32_t>(program_.literals.size() - 1)},
            offset);
    }
    NodeIndex add_text(std::string text, std::size_t offset) {
        return add_literal(Item::of(keep(std::move(text))), offset);
    }
    std::string_view keep(std::string text) { return program_.texts.emplace_back(std::move(text)); }
    std::uint32_t add_name(std::string text) {
        auto const kept = keep(std::move(text));
        program_.names.push_back({kept, Model::of_r4().name_id(kept)});
        return static_cast<std::uint32_t>(program_.names.size() - 1);
    }

    NodeIndex expression(int least, std::size_t depth) {
        if (depth > limits::kFhirPathDepth)
            return refuse(Errc::too_large, "an expression nested too deeply", token_.offset);
        auto left = polarity(depth);
        while (left != kNone) {
            auto const* found = operator_of(token_);
            if (found == nullptr || found->precedence < least) return left;
            auto const offset = token_.offset;
            advance();
            if (found->op == Op::is || found->op == Op::as) {
                auto const type = type_specifier();
                if (type == kNone) return kNone;
                left = add({.op = found->op, .first = left, .second = type}, offset);
                continue;
            }
            auto const right = expression(found->precedence + 1, depth + 1);
            if (right == kNone) return kNone;
            left = add({.op = found->op, .first = left, .second = right}, offset);
        }
        return kNone;
    }

    NodeIndex polarity(std::size_t depth) {
        if (!token_.is_symbol("+") && !token_.is_symbol("-")) return postfix(depth);
        if (depth > limits::kFhirPathDepth)
            return refuse(Errc::too_large, "an expression nested too deeply", token_.offset);
        auto const op = token_.text == "-" ? Op::negative : Op::positive;
        auto const offset = token_.offset;
        advance();
        auto const operand = polarity(depth + 1);
        if (operand == kNone) return kNone;
        return add({.op = op, .first = operand}, offset);
    }

    NodeIndex postfix(std::size_t depth) {
        auto left = term(depth);
        while (left != kNone) {
            auto const offset = token_.offset;
            if (token_.is_symbol(".")) {
                advance();
                left = invocation(left, depth);
            } else if (token_.is_symbol("[")) {
                advance();
                auto const index = expression(kLoosest, depth + 1);
                if (index == kNone || !expect("]", "a ] was expected")) return kNone;
                left = add({.op = Op::indexer, .first = left, .second = index}, offset);
            } else {
                return left;
            }
        }
        return kNone;
    }

    NodeIndex term(std::size_t depth) {
        auto const offset = token_.offset;
        switch (token_.kind) {
            case TokenKind::string: return string_literal();
            case TokenKind::number: return number_literal();
            case TokenKind::moment: return moment_literal();
            case TokenKind::identifier:
                if (token_.text == "true" || token_.text == "false") {
                    auto const value = token_.text == "true";
                    advance();
                    return add_literal(Item::of(value), offset);
                }
                if (is_reserved(token_.text)) return unexpected("an expression was expected");
                return invocation(kNone, depth);
            case TokenKind::delimited_identifier:
            case TokenKind::special: return invocation(kNone, depth);
            case TokenKind::symbol: break;
            case TokenKind::end:
            case TokenKind::wrong: return unexpected("an expression was expected");
        }
        if (token_.is_symbol("%")) return environment();
        if (token_.is_symbol("{")) {
            advance();
            if (!expect("}", "a } was expected")) return kNone;
            return add({.op = Op::empty}, offset);
        }
        if (!token_.is_symbol("(")) return unexpected("an expression was expected");
        advance();
        auto const inner = expression(kLoosest, depth + 1);
        if (inner == kNone || !expect(")", "a ) was expected")) return kNone;
        return inner;
    }

    NodeIndex string_literal() {
        auto const offset = token_.offset;
        auto text = unescape(token_.text);
        if (!text) return refuse(Errc::invalid, "an escape that FHIRPath does not have", offset);
        advance();
        return add_text(*std::move(text), offset);
    }

    NodeIndex number_literal() {
        auto const offset = token_.offset;
        auto const number = Decimal::parse(token_.text);
        if (!number) return refuse(Errc::invalid, "a number with too many digits", offset);
        bool const integer = token_.text.find('.') == std::string_view::npos;
        advance();
        if (token_.kind == TokenKind::string) {
            auto unit = unescape(token_.text);
            if (!unit)
                return refuse(Errc::invalid, "an escape that FHIRPath does not have", offset);
            advance();
            return add_quantity({*number, keep(*std::move(unit)), false}, offset);
        }
        if (token_.kind == TokenKind::identifier) {
            if (auto const word = calendar_word(token_.text); !word.empty()) {
                advance();
                return add_quantity({*number, word, true}, offset);
            }
        }
        if (!integer) return add_literal(Item::of(*number), offset);
        auto const value = number->truncated();
        if (!value || *value > kLargestInteger)
            return refuse(Errc::invalid, "an integer beyond 32 bits", offset);
        return add_literal(Item::of(*value), offset);
    }

    NodeIndex add_quantity(Quantity quantity, std::size_t offset) {
        return add_literal(Item::of(program_.quantities.emplace_back(quantity)), offset);
    }

    NodeIndex moment_literal() {
        auto const offset = token_.offset;
        auto const kind = token_.moment_kind;
        auto const moment = kind == MomentKind::date        ? parse_date(token_.text)
                            : kind == MomentKind::date_time ? parse_date_time(token_.text)
                                                            : parse_time(token_.text);
        if (!moment) return refuse(Errc::invalid, "a date or time that does not exist", offset);
        advance();
        return add_literal(Item::of(*moment, kind), offset);
    }

    // The text of an identifier, delimited or not; the token is taken.
    std::optional<std::string> identifier() {
        if (token_.kind == TokenKind::identifier) {
            std::string text(token_.text);
            advance();
            return text;
        }
        if (token_.kind != TokenKind::delimited_identifier) {
            (void)unexpected("a name was expected");
            return std::nullopt;
        }
        auto text = unescape(token_.text);
        if (!text) {
            (void)refuse(Errc::invalid, "an escape that FHIRPath does not have", token_.offset);
            return std::nullopt;
        }
        advance();
        return text;
    }

    // %name; what is constant is resolved here.
    NodeIndex environment() {
        auto const offset = token_.offset;
        advance();
        auto name = token_.kind == TokenKind::string ? unescape(token_.text) : identifier();
        if (!name) return unexpected("a name was expected");
        if (token_.kind == TokenKind::string) advance();
        if (*name == "resource") return add({.op = Op::resource}, offset);
        if (*name == "rootResource") return add({.op = Op::root_resource}, offset);
        if (*name == "context") return add({.op = Op::context}, offset);
        if (*name == "ucum") return add_text("http://unitsofmeasure.org", offset);
        if (*name == "sct") return add_text("http://snomed.info/sct", offset);
        if (*name == "loinc") return add_text("http://loinc.org", offset);
        if (name->starts_with("vs-"))
            return add_text("http://hl7.org/fhir/ValueSet/" + name->substr(3), offset);
        if (name->starts_with("ext-"))
            return add_text("http://hl7.org/fhir/StructureDefinition/" + name->substr(4), offset);
        return add({.op = Op::variable, .second = add_name(*std::move(name))}, offset);
    }

    NodeIndex invocation(NodeIndex input, std::size_t depth) {
        auto const offset = token_.offset;
        if (token_.kind == TokenKind::special) {
            if (input != kNone) return unexpected("a name was expected");
            auto const op = token_.text == "this"    ? Op::this_
                            : token_.text == "index" ? Op::index
                            : token_.text == "total" ? Op::total
                                                     : Op::empty;
            if (op == Op::empty) return unexpected("$this, $index or $total was expected");
            advance();
            return add({.op = op}, offset);
        }
        auto name = identifier();
        if (!name) return kNone;
        if (name->empty()) return refuse(Errc::invalid, "an empty name", offset);
        if (token_.is_symbol("(")) return function(input, *name, offset, depth);
        bool const capital = input == kNone && name->front() >= 'A' && name->front() <= 'Z';
        return add({.op = Op::step,
                    .may_be_type = capital,
                    .first = input,
                    .second = add_name(*std::move(name))},
                   offset);
    }

    NodeIndex function(NodeIndex input, std::string_view name, std::size_t offset,
                       std::size_t depth) {
        auto const* form = find_function(name);
        if (form == nullptr) {
            if (is_refused_function(name))
                return refuse(Errc::not_supported, "a function that is not offered", offset);
            return refuse(Errc::invalid, "a function that does not exist", offset);
        }
        advance();
        Node node{.op = Op::function, .function = form->id, .first = input};
        if (form->id == Function::is || form->id == Function::as || form->id == Function::of_type) {
            node.extra = type_specifier();
            if (node.extra == kNone || !expect(")", "a ) was expected")) return kNone;
            node.second = 0;
            return add(node, offset);
        }
        std::vector<NodeIndex> arguments;
        while (!token_.is_symbol(")")) {
            if (!arguments.empty() && !expect(",", "a , or ) was expected")) return kNone;
            auto const argument = expression(kLoosest, depth + 1);
            if (argument == kNone) return kNone;
            arguments.push_back(argument);
            if (arguments.size() > form->most) break;
        }
        if (arguments.size() < form->least || arguments.size() > form->most)
            return refuse(Errc::invalid, "the wrong number of arguments", offset);
        advance();
        if (!prepare_pattern(node, arguments)) return kNone;
        node.argument_count = static_cast<std::uint8_t>(arguments.size());
        node.second = static_cast<std::uint32_t>(program_.arguments.size());
        program_.arguments.insert(program_.arguments.end(), arguments.begin(), arguments.end());
        return add(node, offset);
    }

    // A regular expression that is written in the expression is compiled with it.
    bool prepare_pattern(Node& node, std::span<NodeIndex const> arguments) {
        if (node.function != Function::matches && node.function != Function::matches_full &&
            node.function != Function::replace_matches)
            return true;
        auto const& first = program_.nodes[arguments[0]];
        if (first.op != Op::literal) return true;
        auto const& item = program_.literals[first.second];
        if (item.kind() != ItemKind::string) return true;
        auto pattern = Pattern::compile(item.text());
        if (pattern == nullptr) {
            (void)refuse(Errc::invalid, "a regular expression that is not supported", first.offset);
            return false;
        }
        program_.patterns.push_back(std::move(pattern));
        node.extra = static_cast<std::uint32_t>(program_.patterns.size() - 1);
        return true;
    }

    // The index of the type that is named here.
    std::uint32_t type_specifier() {
        auto const offset = token_.offset;
        std::string space;
        auto name = identifier();
        if (!name) return kNone;
        if (token_.is_symbol(".")) {
            auto const ahead = lexer_;
            auto const dot = token_;
            advance();
            if (*name == "FHIR" || *name == "System") {
                space = *std::move(name);
                name = identifier();
                if (!name) return kNone;
            } else {
                lexer_ = ahead;
                token_ = dot;
            }
        }
        auto const type = resolve_type(space, *name);
        if (!type) return refuse(Errc::invalid, "a type that does not exist", offset);
        program_.types.push_back(*type);
        return static_cast<std::uint32_t>(program_.types.size() - 1);
    }

    Lexer lexer_;
    Token token_{};
    Program program_;
    std::vector<std::size_t> depths_;  // of the nodes
    std::optional<Error> error_;
};

}  // namespace

Result<Program> parse(std::string_view text) {
    if (text.size() > limits::kFhirPathTextBytes)
        return fail(Errc::too_large, "an expression that is too long");
    return Parser(text).run();
}

}  // namespace salus::fhir::fhirpath

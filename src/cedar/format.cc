// to_text(): the one layout of policies.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "cedar/datetime.h"
#include "cedar/decimal.h"
#include "cedar/functions.h"
#include "cedar/ip_range.h"
#include "cedar/lexer.h"
#include "cedar/policy_set.h"
#include "cedar/quoted_text.h"

namespace salus::cedar {
namespace {

constexpr std::size_t kColumns = 100;

// How tightly an operation binds its operands; what binds less tightly needs parentheses.
enum class Binding : std::uint8_t {
    conditional,
    disjunction,
    conjunction,
    relation,
    sum,
    product,
    unary,
    member,
};

std::string_view symbol_of(Operation operation) noexcept {
    switch (operation) {
        case Operation::conjunction: return " && ";
        case Operation::disjunction: return " || ";
        case Operation::equal: return " == ";
        case Operation::not_equal: return " != ";
        case Operation::less: return " < ";
        case Operation::less_equal: return " <= ";
        case Operation::greater: return " > ";
        case Operation::greater_equal: return " >= ";
        case Operation::in: return " in ";
        case Operation::add: return " + ";
        case Operation::subtract: return " - ";
        case Operation::multiply: return " * ";
        case Operation::negation: return "!";
        case Operation::negative: return "-";
        default: return "";
    }
}

bool is_negative_number(Expression const& expression) noexcept {
    if (expression.operation != Operation::literal || !expression.literal) return false;
    auto const* const number = expression.literal->integer();
    return number != nullptr && *number < 0;
}

// The names of `x has a.b.c`, if this conjunction is what it stands for; else none.
std::vector<std::string_view> extended_has(Expression const& expression) {
    std::vector<std::string_view> names;
    for (auto const& operand : expression.operands) {
        if (operand.operation != Operation::has || !is_name(operand.names.front())) return {};
        if (!names.empty()) {
            auto const& before = (&operand - 1)->operands.front();
            auto const& receiver = operand.operands.front();
            if (receiver.operation != Operation::attribute ||
                receiver.names.front() != names.back() || !same(receiver.operands.front(), before))
                return {};
        }
        names.emplace_back(operand.names.front());
    }
    return names;
}

Binding binding_of(Expression const& expression) {
    switch (expression.operation) {
        case Operation::conditional: return Binding::conditional;
        case Operation::disjunction: return Binding::disjunction;
        case Operation::conjunction:
            return extended_has(expression).empty() ? Binding::conjunction : Binding::relation;
        case Operation::equal:
        case Operation::not_equal:
        case Operation::less:
        case Operation::less_equal:
        case Operation::greater:
        case Operation::greater_equal:
        case Operation::in:
        case Operation::has:
        case Operation::like:
        case Operation::is:
        case Operation::is_in: return Binding::relation;
        case Operation::add:
        case Operation::subtract: return Binding::sum;
        case Operation::multiply: return Binding::product;
        case Operation::negation:
        case Operation::negative: return Binding::unary;
        default: return is_negative_number(expression) ? Binding::unary : Binding::member;
    }
}

std::string_view spell(Variable variable) noexcept {
    constexpr std::array<std::string_view, 4> kNames{"principal", "action", "resource", "context"};
    return kNames.at(std::to_underlying(variable));
}

std::string spell(EntityUid const& uid) {
    return uid.type + "::" + quote(uid.id);
}

std::string spell_name(std::string_view name) {
    return is_name(name) ? std::string(name) : quote(name);
}

// Appends expressions to a text. Their depth is bounded (kExpressionDepth).
class Printer {
public:
    explicit Printer(std::string& out) : out_(out) {}
    void print(Expression const& expression);
    void print(Value const& value);

    // In parentheses, if it binds less tightly than that.
    void print_bound(Expression const& operand, Binding binding);

private:
    void print_conjunction(Expression const& expression);
    void print_chain(Expression const& expression, Binding binding);
    void print_unary(Expression const& expression);
    void print_relation(Expression const& expression);
    void print_conditional(Expression const& expression);
    void print_attribute(Expression const& expression);
    void print_method(Expression const& expression, std::string_view name);
    void print_call(Expression const& expression);
    void print_record(Expression const& expression);
    void print_list(std::span<Expression const> operands);
    void print_called(std::string_view name, std::string_view text);

    std::string& out_;
};

void Printer::print_bound(Expression const& operand, Binding binding) {
    if (binding_of(operand) >= binding) return print(operand);
    out_ += '(';
    print(operand);
    out_ += ')';
}

void Printer::print_conjunction(Expression const& expression) {
    auto const names = extended_has(expression);
    if (names.empty()) return print_chain(expression, Binding::conjunction);
    print_bound(expression.operands.front().operands.front(), Binding::sum);
    out_ += " has ";
    for (auto const& name : names) {
        if (&name != names.data()) out_ += '.';
        out_ += name;
    }
}

// Of one operator, from left to right.
void Printer::print_chain(Expression const& expression, Binding binding) {
    auto const tighter = static_cast<Binding>(std::to_underlying(binding) + 1);
    auto const several = expression.operation == Operation::conjunction ||
                         expression.operation == Operation::disjunction ||
                         binding == Binding::relation;
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
        if (i != 0) out_ += symbol_of(expression.operation);
        print_bound(expression.operands[i], i == 0 && !several ? binding : tighter);
    }
}

void Printer::print_unary(Expression const& expression) {
    auto const& operand = expression.operands.front();
    // The minus sign before a number would become a part of it.
    auto const number =
        operand.operation == Operation::literal && expression.operation == Operation::negative;
    out_ += symbol_of(expression.operation);
    if (!number) return print_bound(operand, Binding::member);
    out_ += '(';
    print(operand);
    out_ += ')';
}

void Printer::print_relation(Expression const& expression) {
    print_bound(expression.operands.front(), Binding::sum);
    if (expression.operation == Operation::has) {
        out_ += " has " + spell_name(expression.names.front());
    } else if (expression.operation == Operation::like) {
        out_ += " like " + quote(expression.pattern);
    } else {
        out_ += " is " + expression.names.front();
        if (expression.operation == Operation::is) return;
        out_ += " in ";
        print_bound(expression.operands.back(), Binding::sum);
    }
}

void Printer::print_conditional(Expression const& expression) {
    out_ += "if ";
    print(expression.operands[0]);
    out_ += " then ";
    print(expression.operands[1]);
    out_ += " else ";
    print(expression.operands[2]);
}

void Printer::print_attribute(Expression const& expression) {
    print_bound(expression.operands.front(), Binding::member);
    auto const& name = expression.names.front();
    out_ += is_name(name) ? "." + name : "[" + quote(name) + "]";
}

void Printer::print_list(std::span<Expression const> operands) {
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (i != 0) out_ += ", ";
        print(operands[i]);
    }
}

void Printer::print_method(Expression const& expression, std::string_view name) {
    print_bound(expression.operands.front(), Binding::member);
    out_.append(".").append(name).append("(");
    print_list(std::span(expression.operands).subspan(1));
    out_ += ')';
}

void Printer::print_call(Expression const& expression) {
    auto const& name = expression.names.front();
    auto const* const facts = find_function(name);
    if (facts != nullptr && facts->method) return print_method(expression, name);
    out_.append(name).append("(");
    print_list(expression.operands);
    out_ += ')';
}

void Printer::print_record(Expression const& expression) {
    out_ += '{';
    for (std::size_t i = 0; i < expression.operands.size(); ++i) {
        if (i != 0) out_ += ", ";
        out_ += spell_name(expression.names[i]) + ": ";
        print(expression.operands[i]);
    }
    out_ += '}';
}

void Printer::print_called(std::string_view name, std::string_view text) {
    out_.append(name).append("(").append(quote(text)).append(")");
}

void Printer::print(Value const& value) {
    auto const print_one = [this]<class T>(T const& one) {
        if constexpr (std::is_same_v<T, bool>) {
            out_ += one ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::int64_t>) {
            out_ += std::to_string(one);
        } else if constexpr (std::is_same_v<T, std::string>) {
            out_ += quote(one);
        } else if constexpr (std::is_same_v<T, EntityPointer>) {
            out_ += spell(*one);
        } else if constexpr (std::is_same_v<T, SetPointer>) {
            out_ += '[';
            for (auto const& element : one->elements()) {
                if (&element != one->elements().data()) out_ += ", ";
                print(element);
            }
            out_ += ']';
        } else if constexpr (std::is_same_v<T, RecordPointer>) {
            out_ += '{';
            for (std::size_t at = 0; at < one->size(); ++at) {
                if (at != 0) out_ += ", ";
                out_ += spell_name(one->name(at)) + ": ";
                print(one->value(at));
            }
            out_ += '}';
        } else if constexpr (std::is_same_v<T, IpRange>) {
            print_called("ip", cedar::spell(one));
        } else if constexpr (std::is_same_v<T, Decimal>) {
            print_called("decimal", cedar::spell(one));
        } else if constexpr (std::is_same_v<T, Duration>) {
            print_called("duration", cedar::spell(one));
        } else if (auto const text = cedar::spell(one)) {
            print_called("datetime", *text);
        } else {
            out_ += "datetime(\"1970-01-01\").offset(";
            print_called("duration", cedar::spell(Duration{one.milliseconds}));
            out_ += ')';
        }
    };
    std::visit(print_one, value.variant());
}

void Printer::print(Expression const& expression) {
    switch (expression.operation) {
        case Operation::literal:
            if (expression.literal) print(*expression.literal);
            return;
        case Operation::variable: out_ += spell(expression.variable); return;
        case Operation::conditional: return print_conditional(expression);
        case Operation::conjunction: return print_conjunction(expression);
        case Operation::disjunction:
        case Operation::equal:
        case Operation::not_equal:
        case Operation::less:
        case Operation::less_equal:
        case Operation::greater:
        case Operation::greater_equal:
        case Operation::in:
        case Operation::add:
        case Operation::subtract:
        case Operation::multiply: return print_chain(expression, binding_of(expression));
        case Operation::negation:
        case Operation::negative: return print_unary(expression);
        case Operation::contains:
        case Operation::contains_all:
        case Operation::contains_any:
        case Operation::is_empty:
        case Operation::get_tag:
        case Operation::has_tag:
            return print_method(expression, find_method(expression.operation)->name);
        case Operation::attribute: return print_attribute(expression);
        case Operation::has:
        case Operation::like:
        case Operation::is:
        case Operation::is_in: return print_relation(expression);
        case Operation::set:
            out_ += '[';
            print_list(expression.operands);
            out_ += ']';
            return;
        case Operation::record: return print_record(expression);
        case Operation::call: return print_call(expression);
    }
}

std::string spell(Scope const& scope, std::string_view variable) {
    std::string text(variable);
    auto const list = [&] {
        if (scope.entities.size() == 1) return spell(scope.entities.front());
        std::string entities = "[";
        for (auto const& entity : scope.entities)
            entities += (entities.size() == 1 ? "" : ", ") + spell(entity);
        return entities + "]";
    };
    switch (scope.form) {
        case ScopeForm::any: return text;
        case ScopeForm::equal: return text + " == " + list();
        case ScopeForm::in: return text + " in " + list();
        case ScopeForm::is: return text + " is " + scope.type;
        case ScopeForm::is_in: return text + " is " + scope.type + " in " + list();
    }
    return text;
}

std::string spell_annotation(std::string const& name, std::string const& text) {
    return "@" + name + (text.empty() ? "" : "(" + quote(text) + ")") + "\n";
}

std::string spell_head(Policy const& policy) {
    auto const principal = spell(policy.principal, "principal");
    auto const action = spell(policy.action, "action");
    auto const resource = spell(policy.resource, "resource");
    auto const name = std::string(policy.effect == Effect::permit ? "permit" : "forbid") + " (";
    auto line = name + principal + ", " + action + ", " + resource + ")";
    if (line.size() <= kColumns) return line;
    return name + "\n  " + principal + ",\n  " + action + ",\n  " + resource + "\n)";
}

std::string spell_condition(Condition const& condition) {
    auto const word = std::string(condition.unless ? "unless" : "when") + " {";
    auto const body = to_text(condition.body);
    if (word.size() + body.size() + 4 <= kColumns) return word + " " + body + " }";
    auto const chain = condition.body.operation == Operation::conjunction &&
                       binding_of(condition.body) == Binding::conjunction;
    if (!chain) return word + "\n  " + body + "\n}";
    std::string lines;
    for (auto const& operand : condition.body.operands) {
        if (!lines.empty()) lines += " &&";
        lines += "\n  ";
        Printer(lines).print_bound(operand, Binding::relation);
    }
    return word + lines + "\n}";
}

}  // namespace

std::string to_text(Expression const& expression) {
    std::string text;
    Printer(text).print(expression);
    return text;
}

std::string to_text(Value const& value) {
    std::string text;
    Printer(text).print(value);
    return text;
}

std::string to_text(Policy const& policy) {
    std::string text;
    auto const id = policy.annotations.find("id");
    if (id != policy.annotations.end()) text += spell_annotation(id->first, id->second);
    for (auto const& [name, value] : policy.annotations)
        if (name != "id") text += spell_annotation(name, value);
    text += spell_head(policy);
    for (auto const& condition : policy.conditions) text += "\n" + spell_condition(condition);
    return text + ";\n";
}

}  // namespace salus::cedar

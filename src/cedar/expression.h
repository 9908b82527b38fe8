// The syntax tree of a policy (Cedar language reference, "Policy grammar"). Values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cedar/value.h"

namespace salus::cedar {

// Where in the text, from 1; columns count bytes.
struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend auto operator<=>(Position const&, Position const&) = default;
};

enum class Variable : std::uint8_t { principal, action, resource, context };

enum class Operation : std::uint8_t {
    literal,      // `literal`
    variable,     // `variable`
    conditional,  // if 0 then 1 else 2
    conjunction,  // 0 && 1; further operands may follow, from left to right; so with disjunction
    disjunction,
    negation,   // !0
    negative,   // -0
    equal,      // 0 == 1
    not_equal,  // and so on
    less,
    less_equal,
    greater,
    greater_equal,
    in,  // 0 in 1, of an entity or a set of them
    add,
    subtract,
    multiply,
    contains,  // 0.contains(1)
    contains_all,
    contains_any,
    is_empty,   // 0.isEmpty()
    attribute,  // 0.name or 0["name"]: names[0]
    has,        // 0 has names[0]; `has a.b` is parsed as a conjunction
    get_tag,    // 0.getTag(1)
    has_tag,
    like,    // 0 like `pattern`
    is,      // 0 is names[0]
    is_in,   // 0 is names[0] in 1
    set,     // of the operands
    record,  // names and operands, in the order in which they are written
    call,    // an extension's function or method, names[0]; of a method operand 0 is the receiver
};

// like "a*b\*": what stands between the wildcards.
struct Pattern {
    // A run of Unicode characters, or nothing for a wildcard.
    std::vector<std::optional<std::string>> parts;
    friend bool operator==(Pattern const&, Pattern const&) = default;
};

struct Expression {
    Operation operation = Operation::literal;
    Position position;
    std::vector<Expression> operands;
    std::optional<Value> literal;
    Variable variable = Variable::principal;
    std::vector<std::string> names;
    Pattern pattern;
};
// In everything but positions.
[[nodiscard]] bool same(Expression const& one, Expression const& other);

enum class Effect : std::uint8_t { permit, forbid };

enum class ScopeForm : std::uint8_t { any, equal, in, is, is_in };

// Of one variable in a policy's head.
struct Scope {
    ScopeForm form = ScopeForm::any;
    std::string type;                 // is, is_in
    std::vector<EntityUid> entities;  // equal, in, is_in: one; `action in [...]`: any number
    Position position;
};

struct Condition {
    bool unless = false;
    Expression body;
};

struct Policy {
    std::string id;  // @id, or "policy" and its number in the text, from 0
    Effect effect = Effect::permit;
    std::map<std::string, std::string, std::less<>> annotations;
    Scope principal;
    Scope action;
    Scope resource;
    std::vector<Condition> conditions;
    Position position;
};
[[nodiscard]] bool same(Policy const& one, Policy const& other);

// What is wrong in a text, for whoever wrote it.
struct Message {
    Position position;
    std::string text;  // an English sentence without a full stop; quotes the policy, never data
    friend bool operator==(Message const&, Message const&) = default;
};

}  // namespace salus::cedar

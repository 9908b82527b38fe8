// Expressions made ready to be evaluated: one flat array of nodes. Expressions that are equal are
// one node, however many policies hold them; and the value of a node that is used more than once is
// remembered during one evaluation. Immutable once made; any thread. Private to the room.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cedar/expression.h"
#include "cedar/functions.h"
#include "cedar/operand.h"

namespace salus::cedar {

using NodeIndex = std::uint32_t;

inline constexpr std::size_t kSlots = 512;  // values remembered during one evaluation
inline constexpr std::uint16_t kNoSlot = std::numeric_limits<std::uint16_t>::max();

struct Node {
    Operation operation = Operation::literal;
    Variable variable = Variable::principal;
    Function function = Function::ip;
    std::uint16_t slot = kNoSlot;
    std::uint32_t first = 0;  // of its operands, in Program::operands
    std::uint32_t count = 0;
    // Of a literal its constant; of attribute, has, is and is_in its name; of a record the first of
    // its names; of like its pattern.
    std::uint32_t datum = 0;
};

struct Program {
    std::vector<Node> nodes;
    std::vector<NodeIndex> operands;
    std::deque<Value> values;  // stays where it is
    std::vector<Operand> constants;
    std::vector<std::string> names;
    std::vector<Pattern> patterns;
    std::bitset<kSlots> of_any_action;  // slots of nodes that do not read the action
};

// Adds expressions to a program.
class Compiler {
public:
    explicit Compiler(Program& program) : program_(program) {}
    // Depth is bounded by the parser (kExpressionDepth).
    [[nodiscard]] NodeIndex add(Expression const& expression);
    [[nodiscard]] NodeIndex add_variable(Variable variable);
    [[nodiscard]] NodeIndex add_constant(Value value);
    // What a policy's head asks of one of its variables. REQUIRES: not ScopeForm::any.
    [[nodiscard]] NodeIndex add_scope(Variable variable, Scope const& scope);
    // One more use of a node from outside the program.
    void use(NodeIndex node) { ++uses_[node]; }
    // Once, after the last expression.
    void finish();

private:
    [[nodiscard]] NodeIndex insert(Node node, std::vector<NodeIndex> const& operands);
    [[nodiscard]] std::uint32_t name(std::string const& name);
    [[nodiscard]] std::uint32_t record_names(std::vector<std::string> const& names);
    [[nodiscard]] std::uint32_t pattern(Pattern const& pattern);
    // Replaces it by its value, if that depends on no request.
    [[nodiscard]] NodeIndex fold(NodeIndex node);
    [[nodiscard]] bool is_constant(NodeIndex node) const noexcept;
    // Of each node, whether it or a part of it is the variable.
    [[nodiscard]] std::vector<bool> readers_of(Variable variable) const;

    Program& program_;
    std::vector<std::uint32_t> uses_;  // of each node
    std::unordered_map<std::string, NodeIndex> known_;
    std::map<Value, std::uint32_t> constants_;
    std::map<std::string, std::uint32_t, std::less<>> names_;
    std::map<std::vector<std::string>, std::uint32_t> record_names_;
    std::map<std::string, std::uint32_t, std::less<>> patterns_;
};

}  // namespace salus::cedar

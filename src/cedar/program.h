// Expressions made ready to be evaluated: one flat array of nodes. Expressions that are equal are
// one node, however many policies hold them; and the value of a node that is used more than once is
// remembered during one evaluation. Immutable once made; any thread. Private to the room.
#pragma once

#include <array>
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
#include "cedar/membership.h"
#include "cedar/operand.h"

namespace salus::cedar {

using NodeIndex = std::uint32_t;

inline constexpr std::size_t kSlots = 512;  // values remembered during one evaluation
inline constexpr std::uint16_t kNoSlot = std::numeric_limits<std::uint16_t>::max();

// Half of what a processor reads at once.
struct alignas(32) Node {
    Operation operation = Operation::literal;
    Variable variable = Variable::principal;
    Function function = Function::ip;
    std::uint16_t slot = kNoSlot;
    std::uint32_t first = 0;  // of its operands, in Program::operands
    std::uint32_t count = 0;
    std::array<NodeIndex, 2> nearest{};  // the first two of them
    // Of a literal its constant; of attribute, has, is and is_in its name; of a record the first of
    // its names; of like its pattern; of `variable in entities`, whose variable it has, its group,
    // from 1.
    std::uint32_t datum = 0;
};

struct Program {
    std::vector<Node> nodes;
    std::vector<NodeIndex> operands;
    std::deque<Value> values;  // stays where it is
    std::vector<Operand> constants;
    std::vector<std::string> names;
    std::vector<Pattern> patterns;
    Symbols symbols;
    std::vector<std::vector<Symbol>> groups;  // ascending
    std::bitset<kSlots> of_any_action;        // slots of nodes that do not read the action
};

// Adds expressions to a program.
class Compiler {
public:
    explicit Compiler(Program& program) : program_(program) {}
    // Depth is bounded by the parser (kExpressionDepth).
    [[nodiscard]] NodeIndex add(Expression const& expression);
    [[nodiscard]] NodeIndex add_variable(Variable variable);
    [[nodiscard]] NodeIndex add_constant(Value value);
    // One more use of a node from outside the program.
    void use(NodeIndex node) { ++uses_[node]; }
    // Once, after the last expression.
    void finish();

private:
    [[nodiscard]] NodeIndex insert(Node node, std::vector<NodeIndex> const& operands);
    [[nodiscard]] std::uint32_t name(std::string const& name);
    [[nodiscard]] std::uint32_t record_names(std::vector<std::string> const& names);
    [[nodiscard]] std::uint32_t pattern(Pattern const& pattern);
    // From 1; 0: of something else than a variable and entities that are written down.
    [[nodiscard]] std::uint32_t group(Node& node, std::vector<NodeIndex> const& operands);
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
    std::map<std::vector<Symbol>, std::uint32_t> groups_;
};

}  // namespace salus::cedar

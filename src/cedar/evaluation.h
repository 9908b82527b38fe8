// The evaluation of nodes of a program for one request, of one action after the other. Total:
// whatever cannot be computed is an error, which is a value. Its depth is the program's. Allocates
// only for sets, records and addresses that are computed. One thread; borrows everything. Private
// to the room.
#pragma once

#include <array>
#include <bitset>
#include <forward_list>
#include <optional>
#include <span>

#include "cedar/entities.h"
#include "cedar/membership.h"
#include "cedar/operand.h"
#include "cedar/policy_set.h"
#include "cedar/program.h"

namespace salus::cedar {

class Evaluation {
public:
    Evaluation(Program const& program, Request const& request, Entities const& entities)
        : program_(program),
          uids_{&request.principal, &request.action, &request.resource},
          context_(request.context),
          entities_(entities) {}
    Evaluation(Evaluation const&) = delete;
    Evaluation& operator=(Evaluation const&) = delete;
    ~Evaluation() = default;

    // Lives as long as this evaluation, its request and its entities.
    [[nodiscard]] Operand value(NodeIndex node) {
        auto const& next = program_.nodes[node];
        // Most are written down, or a variable.
        if (next.operation == Operation::literal) return program_.constants[next.datum];
        if (next.operation == Operation::variable) return variable(next.variable);
        if (next.slot == kNoSlot) return compute(next);
        if (!remembered_[next.slot]) remember(next);
        return slots_[next.slot];
    }
    // REQUIRES: not the context.
    [[nodiscard]] EntityUid const& uid_of(Variable variable) const {
        return *uids_.at(static_cast<std::size_t>(variable));
    }
    // REQUIRES: not the context.
    [[nodiscard]] Membership& membership(Variable variable);
    // Of another action from now on; what does not read it stays remembered.
    void ask_about(EntityUid const& action) noexcept;

private:
    [[nodiscard]] Operand compute(Node const& node);
    void remember(Node const& node);
    [[nodiscard]] Operand operand(Node const& node, std::size_t at) {
        return value(at < node.nearest.size() ? node.nearest[at]
                                              : program_.operands[node.first + at]);
    }
    [[nodiscard]] Operand variable(Variable variable) const noexcept {
        if (variable == Variable::context) return Operand(context_);
        return Operand(*uids_[static_cast<std::size_t>(variable)]);
    }
    [[nodiscard]] Operand conditional(Node const& node);
    [[nodiscard]] Operand junction(Node const& node, bool decisive);
    [[nodiscard]] Operand opposite(Node const& node);
    [[nodiscard]] Operand arithmetic(Node const& node);
    [[nodiscard]] Operand compare(Node const& node);
    [[nodiscard]] Operand in(Node const& node);
    [[nodiscard]] Operand in(EntityUid const& uid, Operand group) const;
    [[nodiscard]] Operand is(Node const& node);
    [[nodiscard]] Operand of_set(Node const& node);
    [[nodiscard]] Operand of_tags(Node const& node);
    [[nodiscard]] Operand attribute(Node const& node);
    [[nodiscard]] Operand has(Node const& node);
    [[nodiscard]] Operand like(Node const& node);
    // Seldom asked for, and with more on their stacks: kept out of compute().
    [[nodiscard, gnu::noinline]] Operand set(Node const& node);
    [[nodiscard, gnu::noinline]] Operand record(Node const& node);
    [[nodiscard, gnu::noinline]] Operand call(Node const& node);
    // Of an entity or a record; nullptr: of nothing.
    [[nodiscard]] Record const* attributes_of(Operand receiver);
    // nullptr: it is not there.
    [[nodiscard]] Entity const* find(EntityUid const& uid);
    [[nodiscard]] Operand keep(Value value);

    struct Found {
        EntityUid const* uid = nullptr;  // looked for already
        Entity const* entity = nullptr;
    };

    Program const& program_;
    std::array<EntityUid const*, 3> uids_;  // principal, action, resource
    Record const& context_;
    Entities const& entities_;
    std::array<Found, 3> found_{};                          // of uids_
    std::array<std::optional<Membership>, 3> memberships_;  // likewise
    std::bitset<kSlots> remembered_;
    std::array<Operand, kSlots> slots_;
    std::forward_list<Value> kept_;
};

// A function or method of an extension type. Nothing: it errs.
[[nodiscard]] std::optional<Value> call_function(Function function,
                                                 std::span<Operand const> arguments);

}  // namespace salus::cedar

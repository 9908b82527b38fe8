#include "cedar/evaluation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "cedar/like.h"

namespace salus::cedar {

using Kind = Operand::Kind;

namespace {

// Of few texts most are told apart by their lengths.
bool contains(Set const& set, Operand wanted) {
    constexpr std::size_t kFew = 16;
    auto const& elements = set.elements();
    if (auto const* const text = wanted.text(); text != nullptr && elements.size() <= kFew) {
        return std::ranges::any_of(elements, [text](Value const& element) {
            auto const* const one = element.text();
            return one != nullptr && *one == *text;
        });
    }
    return std::ranges::binary_search(
        elements, wanted, [](Operand one, Operand other) { return Operand::order(one, other) < 0; },
        [](auto const& element) { return Operand(element); });
}

}  // namespace

void Evaluation::remember(Node const& node) {
    slots_[node.slot] = compute(node);
    remembered_.set(node.slot);
}

Operand Evaluation::compute(Node const& node) {
    switch (node.operation) {
        case Operation::literal: return program_.constants[node.datum];
        case Operation::variable: return variable(node.variable);
        case Operation::conditional: return conditional(node);
        case Operation::conjunction: return junction(node, false);
        case Operation::disjunction: return junction(node, true);
        case Operation::negation:
        case Operation::negative: return opposite(node);
        case Operation::equal:
        case Operation::not_equal:
        case Operation::less:
        case Operation::less_equal:
        case Operation::greater:
        case Operation::greater_equal: return compare(node);
        case Operation::in: return in(node);
        case Operation::add:
        case Operation::subtract:
        case Operation::multiply: return arithmetic(node);
        case Operation::contains:
        case Operation::contains_all:
        case Operation::contains_any:
        case Operation::is_empty: return of_set(node);
        case Operation::attribute: return attribute(node);
        case Operation::has: return has(node);
        case Operation::get_tag:
        case Operation::has_tag: return of_tags(node);
        case Operation::like: return like(node);
        case Operation::is:
        case Operation::is_in: return is(node);
        case Operation::set: return set(node);
        case Operation::record: return record(node);
        case Operation::call: return call(node);
    }
    return Operand::error();
}

void Evaluation::ask_about(EntityUid const& action) noexcept {
    constexpr auto kAction = static_cast<std::size_t>(Variable::action);
    uids_[kAction] = &action;
    found_[kAction] = {};
    memberships_[kAction].reset();
    remembered_ &= program_.of_any_action;
}

Operand Evaluation::conditional(Node const& node) {
    auto const condition = operand(node, 0);
    if (condition.kind() != Kind::boolean) return Operand::error();
    return operand(node, condition.is_true() ? 1 : 2);
}

// The first operand that is `decisive` decides; those behind it are not looked at.
Operand Evaluation::junction(Node const& node, bool decisive) {
    for (std::size_t i = 0; i < node.count; ++i) {
        auto const next = operand(node, i);
        if (next.kind() != Kind::boolean) return Operand::error();
        if (next.is_true() == decisive) return Operand(decisive);
    }
    return Operand(!decisive);
}

Operand Evaluation::opposite(Node const& node) {
    auto const of = operand(node, 0);
    if (node.operation == Operation::negation)
        return of.kind() == Kind::boolean ? Operand(of.is_false()) : Operand::error();
    std::int64_t result = 0;
    if (of.kind() != Kind::integer || __builtin_sub_overflow(0, of.number(), &result))
        return Operand::error();
    return Operand(result);
}

Operand Evaluation::arithmetic(Node const& node) {
    auto const left = operand(node, 0);
    if (left.kind() != Kind::integer) return Operand::error();
    auto const right = operand(node, 1);
    if (right.kind() != Kind::integer) return Operand::error();
    std::int64_t result = 0;
    auto const overflow = [&] {
        if (node.operation == Operation::add)
            return __builtin_add_overflow(left.number(), right.number(), &result);
        if (node.operation == Operation::subtract)
            return __builtin_sub_overflow(left.number(), right.number(), &result);
        return __builtin_mul_overflow(left.number(), right.number(), &result);
    }();
    return overflow ? Operand::error() : Operand(result);
}

Operand Evaluation::compare(Node const& node) {
    auto const left = operand(node, 0);
    if (left.is_error()) return left;
    auto const right = operand(node, 1);
    if (right.is_error()) return right;
    if (node.operation == Operation::equal) return Operand(Operand::equal(left, right));
    if (node.operation == Operation::not_equal) return Operand(!Operand::equal(left, right));
    auto const ordered = left.kind() == Kind::integer || left.kind() == Kind::datetime ||
                         left.kind() == Kind::duration;
    if (!ordered || left.kind() != right.kind()) return Operand::error();
    auto const order = Operand::order(left, right);
    switch (node.operation) {
        case Operation::less: return Operand(order < 0);
        case Operation::less_equal: return Operand(order <= 0);
        case Operation::greater: return Operand(order > 0);
        default: return Operand(order >= 0);
    }
}

Membership& Evaluation::membership(Variable variable) {
    auto const at = static_cast<std::size_t>(variable);
    auto& known = memberships_[at];
    if (!known) known.emplace(program_.symbols, entities_, *uids_[at]);
    return *known;
}

Operand Evaluation::in(Node const& node) {
    if (node.datum != 0)
        return Operand(membership(node.variable).any_of(program_.groups[node.datum - 1]));
    auto const left = operand(node, 0);
    auto const* const uid = left.entity();
    if (uid == nullptr) return Operand::error();
    return in(*uid, operand(node, 1));
}

Operand Evaluation::in(EntityUid const& uid, Operand group) const {
    if (auto const* const ancestor = group.entity())
        return Operand(entities_.is_in(uid, *ancestor));
    auto const* const set = group.set();
    if (set == nullptr) return Operand::error();
    // Of a set with anything but entities nothing can be said, also where one would do. They are
    // in the order of their kinds.
    auto const& elements = set->elements();
    if (elements.empty()) return Operand(false);
    if (elements.front().entity() == nullptr || elements.back().entity() == nullptr)
        return Operand::error();
    return Operand(std::ranges::any_of(
        elements, [&](Value const& element) { return entities_.is_in(uid, *element.entity()); }));
}

Operand Evaluation::is(Node const& node) {
    auto const left = operand(node, 0);
    auto const* const uid = left.entity();
    if (uid == nullptr) return Operand::error();
    auto const is = uid->type == program_.names[node.datum];
    if (!is || node.operation == Operation::is) return Operand(is);
    return in(*uid, operand(node, 1));
}

Operand Evaluation::of_set(Node const& node) {
    auto const left = operand(node, 0);
    auto const* const set = left.set();
    if (set == nullptr) return Operand::error();
    if (node.operation == Operation::is_empty) return Operand(set->elements().empty());
    auto const right = operand(node, 1);
    if (right.is_error()) return right;
    if (node.operation == Operation::contains) return Operand(contains(*set, right));
    auto const* const other = right.set();
    if (other == nullptr) return Operand::error();
    auto const is_there = [set](Value const& element) { return set->contains(element); };
    return Operand(node.operation == Operation::contains_all
                       ? std::ranges::all_of(other->elements(), is_there)
                       : std::ranges::any_of(other->elements(), is_there));
}

Operand Evaluation::of_tags(Node const& node) {
    auto const left = operand(node, 0);
    auto const* const uid = left.entity();
    if (uid == nullptr) return Operand::error();
    auto const right = operand(node, 1);
    auto const* const name = right.text();
    if (name == nullptr) return Operand::error();
    auto const* const entity = find(*uid);
    auto const* const tag =
        entity != nullptr && entity->tags != nullptr ? entity->tags->find(*name) : nullptr;
    if (node.operation == Operation::has_tag) return Operand(tag != nullptr);
    return tag != nullptr ? Operand(*tag) : Operand::error();
}

Record const* Evaluation::attributes_of(Operand receiver) {
    if (auto const* const record = receiver.record()) return record;
    auto const* const uid = receiver.entity();
    auto const* const entity = uid != nullptr ? find(*uid) : nullptr;
    return entity != nullptr ? entity->attributes.get() : nullptr;
}

Operand Evaluation::attribute(Node const& node) {
    auto const* const record = attributes_of(operand(node, 0));
    auto const* const value =
        record != nullptr ? record->find(program_.names[node.datum]) : nullptr;
    return value != nullptr ? Operand(*value) : Operand::error();
}

Operand Evaluation::has(Node const& node) {
    auto const receiver = operand(node, 0);
    if (receiver.record() == nullptr && receiver.entity() == nullptr) return Operand::error();
    auto const* const record = attributes_of(receiver);
    return Operand(record != nullptr && record->find(program_.names[node.datum]) != nullptr);
}

Operand Evaluation::like(Node const& node) {
    auto const of = operand(node, 0);
    auto const* const text = of.text();
    if (text == nullptr) return Operand::error();
    return Operand(is_like(*text, program_.patterns[node.datum]));
}

Operand Evaluation::set(Node const& node) {
    std::vector<Value> elements;
    elements.reserve(node.count);
    for (std::size_t i = 0; i < node.count; ++i) {
        auto const element = operand(node, i);
        if (element.is_error()) return element;
        elements.push_back(element.borrowed());
    }
    return keep(Value(Set(std::move(elements))));
}

Operand Evaluation::record(Node const& node) {
    std::vector<Record::Member> members;
    members.reserve(node.count);
    for (std::size_t i = 0; i < node.count; ++i) {
        auto const member = operand(node, i);
        if (member.is_error()) return member;
        members.emplace_back(program_.names[node.datum + i], member.borrowed());
    }
    return keep(Value(Record(std::move(members))));
}

Operand Evaluation::call(Node const& node) {
    std::array<Operand, 2> arguments;
    if (node.count == 0 || node.count > arguments.size()) return Operand::error();
    for (std::size_t i = 0; i < node.count; ++i) {
        arguments.at(i) = operand(node, i);
        if (arguments.at(i).is_error()) return Operand::error();
    }
    auto value = call_function(node.function, std::span(arguments).first(node.count));
    if (!value) return Operand::error();
    // An address is too large for an operand; all else is copied.
    Operand const result(*value);
    return result.kind() == Kind::ip ? keep(*std::move(value)) : result;
}

Entity const* Evaluation::find(EntityUid const& uid) {
    for (std::size_t i = 0; i < uids_.size(); ++i) {
        if (uids_.at(i) != &uid) continue;
        auto& found = found_.at(i);
        if (found.uid == nullptr) found = {.uid = &uid, .entity = entities_.find(uid)};
        return found.entity;
    }
    return entities_.find(uid);
}

Operand Evaluation::keep(Value value) {
    return Operand(kept_.emplace_front(std::move(value)));
}

}  // namespace salus::cedar

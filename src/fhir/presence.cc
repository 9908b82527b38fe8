#include "fhir/presence.h"

#include <array>

namespace salus::fhir {
namespace {

// What is known of an intermediate result.
enum class Known : std::uint8_t { no, yes, unknown, empty, some };

// The codes are those of tools/definitions/presence.mjs.
enum class Op : std::uint8_t {
    unknown = 0,
    empty = 1,
    some = 2,
    slot = 3,
    slot_unknown = 4,
    exists = 5,
    negate = 6,
    opaque = 7,
    has_value = 8,
    or_true = 9,
    conjunction = 16,
    disjunction = 17,
    exclusive = 18,
    implication = 19,
    equal = 20,
    unequal = 21,
    strict = 22,
    combined = 23,
};

constexpr std::size_t kStack = 64;

Known known(bool value) {
    return value ? Known::yes : Known::no;
}
bool is_boolean(Known value) {
    return value == Known::no || value == Known::yes;
}

Known unary(Op op, Known of) {
    bool const empty = of == Known::empty;
    switch (op) {
        case Op::exists:
            if (of == Known::unknown) return Known::unknown;
            return known(!empty);
        case Op::negate:
            if (is_boolean(of)) return known(of == Known::no);
            return empty ? Known::empty : Known::unknown;
        case Op::opaque: return empty ? Known::empty : Known::unknown;
        case Op::has_value: return empty ? Known::no : Known::unknown;
        case Op::or_true: return empty ? Known::yes : Known::unknown;
        default: return Known::unknown;
    }
}

// FHIRPath's three-valued logic (N1, "Boolean logic"), with a fourth for what is not known.
Known conjunction(Known a, Known b) {
    if (a == Known::no || b == Known::no) return Known::no;
    if (a == Known::yes && b == Known::yes) return Known::yes;
    bool const plain = (is_boolean(a) || a == Known::empty) && (is_boolean(b) || b == Known::empty);
    return plain ? Known::empty : Known::unknown;
}

Known binary(Op op, Known a, Known b) {
    bool const any_empty = a == Known::empty || b == Known::empty;
    bool const booleans = is_boolean(a) && is_boolean(b);
    switch (op) {
        case Op::conjunction: return conjunction(a, b);
        case Op::disjunction:
            return unary(Op::negate, conjunction(unary(Op::negate, a), unary(Op::negate, b)));
        case Op::implication:
            return unary(Op::negate, conjunction(unary(Op::negate, unary(Op::negate, a)),
                                                 unary(Op::negate, b)));
        case Op::exclusive:
        case Op::unequal:
            if (any_empty) return Known::empty;
            return booleans ? known(a != b) : Known::unknown;
        case Op::equal:
            if (any_empty) return Known::empty;
            return booleans ? known(a == b) : Known::unknown;
        case Op::strict: return any_empty ? Known::empty : Known::unknown;
        case Op::combined:
            if (a == Known::empty && b == Known::empty) return Known::empty;
            if (a == Known::unknown || b == Known::unknown) return Known::unknown;
            return Known::some;
        default: return Known::unknown;
    }
}

}  // namespace

Verdict run_presence(std::span<std::uint8_t const> program, std::uint64_t present) noexcept {
    std::array<Known, kStack> stack;
    std::size_t height = 0;
    for (std::size_t at = 0; at < program.size(); ++at) {
        auto const op = static_cast<Op>(program[at]);
        if (op >= Op::conjunction) {
            if (height < 2) return Verdict::undecided;
            --height;
            stack[height - 1] = binary(op, stack[height - 1], stack[height]);
            continue;
        }
        if (op >= Op::exists) {
            if (height < 1) return Verdict::undecided;
            stack[height - 1] = unary(op, stack[height - 1]);
            continue;
        }
        if (height == kStack) return Verdict::undecided;
        auto value = Known::unknown;
        if (op == Op::empty) value = Known::empty;
        if (op == Op::some) value = Known::some;
        if (op == Op::slot || op == Op::slot_unknown) {
            if (++at == program.size()) return Verdict::undecided;
            bool const there = (present >> (program[at] & 63U) & 1U) != 0;
            if (!there)
                value = Known::empty;
            else if (op == Op::slot)
                value = Known::some;
        }
        stack[height++] = value;
    }
    if (height != 1 || !is_boolean(stack[0])) return Verdict::undecided;
    return stack[0] == Known::yes ? Verdict::satisfied : Verdict::violated;
}

}  // namespace salus::fhir

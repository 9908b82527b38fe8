#include "cedar/operand.h"

#include <memory>
#include <type_traits>
#include <variant>

namespace salus::cedar {
namespace {

// Shares nothing: what it points to is kept alive by others.
template <class T>
std::shared_ptr<T const> borrow(T const* pointer) {
    return {std::shared_ptr<T const>(), pointer};
}

}  // namespace

Operand::Operand(Value const& value) noexcept {
    *this = std::visit(
        []<class T>(T const& one) {
            if constexpr (requires { *one; }) {
                return Operand(*one);
            } else {
                return Operand(one);
            }
        },
        value.variant());
}

Value Operand::borrowed() const {
    switch (kind_) {
        case Kind::boolean: return Value(number_ != 0);
        case Kind::integer: return Value(number_);
        case Kind::text: return Value(*text());
        case Kind::entity: return Value(borrow(entity()));
        case Kind::set: return Value(borrow(set()));
        case Kind::record: return Value(borrow(record()));
        case Kind::ip: return Value(*ip());
        case Kind::decimal: return Value(Decimal{number_});
        case Kind::datetime: return Value(DateTime{number_});
        case Kind::duration: return Value(Duration{number_});
        case Kind::error: break;
    }
    return Value(false);
}

// Texts of two lengths are told apart without being read.
bool Operand::equal(Operand one, Operand other) noexcept {
    if (one.kind_ != other.kind_) return false;
    if (one.kind_ == Kind::text) return *one.text() == *other.text();
    return order(one, other) == 0;
}

std::strong_ordering Operand::order(Operand one, Operand other) noexcept {
    if (one.kind_ != other.kind_) return one.kind_ <=> other.kind_;
    switch (one.kind_) {
        case Kind::text: return *one.text() <=> *other.text();
        case Kind::entity: return *one.entity() <=> *other.entity();
        case Kind::set: return one.set()->elements() <=> other.set()->elements();
        case Kind::record: return *one.record() <=> *other.record();
        case Kind::ip: return *one.ip() <=> *other.ip();
        case Kind::boolean:
        case Kind::integer:
        case Kind::decimal:
        case Kind::datetime:
        case Kind::duration:
        case Kind::error: break;
    }
    return one.number_ <=> other.number_;
}

}  // namespace salus::cedar

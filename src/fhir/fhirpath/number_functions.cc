// https://hl7.org/fhirpath/N1/#math, and of FHIRPath's later drafts lowBoundary, highBoundary,
// precision and comparable. What has no exact result (exp, ln, log, sqrt, fractional powers) is
// right to 15 significant digits.
#include <cmath>

#include "fhir/fhirpath/evaluation.h"

namespace salus::fhir::fhirpath {
namespace {

constexpr int kMostPrecision = 28;  // that lowBoundary and highBoundary give
constexpr int kDecimalPrecision = 8;

using Rounding = Decimal::Rounding;

std::optional<Decimal> boundary_of(Decimal value, Bound bound, int precision) {
    // Half a unit of the last digit that was written.
    auto const half = Decimal::multiply(Decimal::unit_of(value.scale()), *Decimal::parse("0.5"));
    if (!half) return std::nullopt;
    bool const low = bound == Bound::low;
    auto const edge = Decimal::add(value, low ? half->negated() : *half);
    return edge ? edge->with_scale(precision, low ? Rounding::down : Rounding::up) : std::nullopt;
}

}  // namespace

bool Evaluation::call_number(Call const& call) {
    std::optional<Item> input;
    if (!single_input(call, input)) return false;
    if (!input) return true;
    switch (call.node.function) {
        case Function::low_boundary:
        case Function::high_boundary: return boundary(call, *input);
        case Function::precision:
            if (input->is_moment())
                return replace(
                    call.base,
                    Item::of(std::int64_t{digits_of(input->moment(), input->moment_kind())}));
            if (!input->is_number()) break;
            return replace(call.base, Item::of(std::int64_t{input->number().scale()}));
        case Function::comparable: {
            std::optional<Item> other;
            if (!single_argument(call, 0, other)) return false;
            auto const a = as_quantity(*input);
            auto const b = other ? as_quantity(*other) : std::nullopt;
            stack_.truncate(call.base);
            if (!a || !b) return !error_;
            return push(Item::of(comparable(a->quantity(), b->quantity())));
        }
        case Function::abs: return absolute(call, *input);
        default: break;
    }
    if (!input->is_number())
        return refuse(Errc::invalid, "a function of numbers applied to what is none");
    switch (call.node.function) {
        case Function::ceiling:
        case Function::floor:
        case Function::truncate: return whole(call, *input);
        case Function::round: return round(call, *input);
        case Function::power: return power(call, *input);
        default: return real_function(call, *input);
    }
}

bool Evaluation::absolute(Call const& call, Item const& input) {
    if (input.kind() == ItemKind::quantity) {
        auto quantity = input.quantity();
        if (quantity.value.is_negative()) quantity.value = quantity.value.negated();
        return replace_with_quantity(call.base, quantity);
    }
    if (input.kind() == ItemKind::integer)
        return replace(call.base,
                       Item::of(input.integer() < 0 ? -input.integer() : input.integer()));
    if (input.kind() != ItemKind::decimal)
        return refuse(Errc::invalid, "a function of numbers applied to what is none");
    auto const value = input.decimal();
    return replace(call.base, Item::of(value.is_negative() ? value.negated() : value));
}

bool Evaluation::whole(Call const& call, Item const& input) {
    auto const rounding = call.node.function == Function::ceiling ? Rounding::up : Rounding::down;
    std::optional<Decimal> value = input.number();
    if (call.node.function != Function::truncate) value = value->with_scale(0, rounding);
    auto const integer = value ? value->truncated() : std::nullopt;
    stack_.truncate(call.base);
    return !integer || push(Item::of(*integer));
}

bool Evaluation::round(Call const& call, Item const& input) {
    std::optional<std::int64_t> places = 0;
    if (call.node.argument_count == 1 && !integer_argument(call, 0, places)) return false;
    if (!places || *places < 0 || *places > Decimal::kMaxScale)
        return refuse(Errc::invalid, "a precision that is not offered");
    auto const value = input.number();
    auto const result = *places >= value.scale()
                            ? std::optional(value)
                            : value.with_scale(static_cast<int>(*places), Rounding::half_away);
    stack_.truncate(call.base);
    return !result || push(Item::of(*result));
}

bool Evaluation::real_function(Call const& call, Item const& input) {
    auto const x = input.number().to_double();
    double result = 0;
    switch (call.node.function) {
        case Function::exp: result = std::exp(x); break;
        case Function::ln: result = std::log(x); break;
        case Function::sqrt: result = std::sqrt(x); break;
        default: {
            std::optional<Item> base;
            if (!single_argument(call, 0, base)) return false;
            if (!base) {
                stack_.truncate(call.base);
                return true;
            }
            if (!base->is_number()) return refuse(Errc::invalid, "an argument that is no number");
            result = std::log(x) / std::log(base->number().to_double());
        }
    }
    auto const value = Decimal::from_double(result);
    stack_.truncate(call.base);
    return !value || push(Item::of(*value));
}

bool Evaluation::power(Call const& call, Item const& input) {
    std::optional<Item> exponent;
    if (!single_argument(call, 0, exponent)) return false;
    stack_.truncate(call.base);
    if (!exponent) return true;
    if (!exponent->is_number()) return refuse(Errc::invalid, "an argument that is no number");
    auto const base = input.number();
    if (!exponent->number().is_whole()) {
        auto const real =
            Decimal::from_double(std::pow(base.to_double(), exponent->number().to_double()));
        return !real || push(Item::of(*real));
    }
    auto const whole_exponent = exponent->number().truncated();
    if (!whole_exponent || *whole_exponent == INT64_MIN) return true;
    bool const negative = *whole_exponent < 0;
    auto result = Decimal::power(base, negative ? -*whole_exponent : *whole_exponent);
    if (result && negative) result = Decimal::divide(Decimal(1), *result);
    if (!result) return true;
    auto const integer = result->truncated();
    bool const integers =
        input.kind() == ItemKind::integer && exponent->kind() == ItemKind::integer && !negative;
    if (!integers || !integer) return push(Item::of(*result));
    // What an Integer cannot hold is nothing, as with the operators.
    bool const fits = *integer <= INT32_MAX && *integer >= INT32_MIN;
    return !fits || push(Item::of(*integer));
}

bool Evaluation::boundary(Call const& call, Item const& input) {
    std::optional<std::int64_t> asked;
    if (call.node.argument_count == 1 && !integer_argument(call, 0, asked)) return false;
    stack_.truncate(call.base);
    auto const bound = call.node.function == Function::low_boundary ? Bound::low : Bound::high;
    if (asked && (*asked < 0 || *asked > kMostPrecision)) return true;
    auto const digits = [&asked](int usual) { return asked ? static_cast<int>(*asked) : usual; };
    if (input.is_moment()) {
        auto const kind = input.moment_kind();
        auto const usual = kind == MomentKind::date ? 8 : kind == MomentKind::time ? 9 : 17;
        auto const result = fhirpath::boundary(input.moment(), kind, bound, digits(usual));
        return !result || push(Item::of(*result, kind));
    }
    if (input.is_number()) {
        auto const result = boundary_of(input.number(), bound, digits(kDecimalPrecision));
        return !result || push(Item::of(*result));
    }
    auto const quantity = as_quantity(input);
    if (!quantity) return refuse(Errc::invalid, "a function of numbers applied to what is none");
    auto value = quantity->quantity();
    auto const result = boundary_of(value.value, bound, digits(kDecimalPrecision));
    if (!result) return true;
    value.value = *result;
    return replace_with_quantity(call.base, value);
}

}  // namespace salus::fhir::fhirpath

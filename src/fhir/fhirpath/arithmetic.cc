// Operators between two values (https://hl7.org/fhirpath/N1/#math). What overflows is empty.
#include <string>

#include "fhir/fhirpath/evaluation.h"

namespace salus::fhir::fhirpath {
namespace {

constexpr std::int64_t kLargest = 2'147'483'647;
constexpr std::int64_t kSmallest = -kLargest - 1;

// 32 bits hold any product of 32-bit integers in 64; anything else is out of range at once.
std::optional<Item> whole(std::int64_t value) {
    if (value > kLargest || value < kSmallest) return std::nullopt;
    return Item::of(value);
}

std::optional<Item> item_of(std::optional<Decimal> const& value) {
    return value ? std::optional(Item::of(*value)) : std::nullopt;
}

bool fits(std::int64_t value) {
    return value <= kLargest && value >= kSmallest;
}

std::optional<Item> calculate_integers(Op op, std::int64_t a, std::int64_t b) {
    switch (op) {
        case Op::multiply: return whole(a * b);
        case Op::add: return whole(a + b);
        case Op::subtract: return whole(a - b);
        case Op::div: return b == 0 ? std::nullopt : whole(a / b);
        case Op::mod: return b == 0 ? std::nullopt : whole(a % b);
        default: return item_of(Decimal::divide(Decimal(a), Decimal(b)));
    }
}

std::optional<Item> calculate_decimals(Op op, Decimal a, Decimal b) {
    switch (op) {
        case Op::multiply: return item_of(Decimal::multiply(a, b));
        case Op::add: return item_of(Decimal::add(a, b));
        case Op::subtract: return item_of(Decimal::add(a, b.negated()));
        case Op::mod: return item_of(Decimal::remainder(a, b));
        case Op::div: {
            auto const rest = Decimal::remainder(a, b);
            auto const multiple = rest ? Decimal::add(a, rest->negated()) : std::nullopt;
            auto const quotient = multiple ? Decimal::divide(*multiple, b) : std::nullopt;
            auto const integer = quotient ? quotient->truncated() : std::nullopt;
            return integer ? whole(*integer) : std::nullopt;
        }
        default: return item_of(Decimal::divide(a, b));
    }
}

bool is_compound(std::string_view unit) {
    return unit.find_first_of("./") != std::string_view::npos;
}

// UCUM's spelling of a product or quotient.
std::string combined_unit(Op op, std::string_view a, std::string_view b) {
    if (op == Op::divide && a == b) return "1";
    if (b == "1") return std::string(a);
    std::string out(op == Op::multiply && a == "1" ? std::string_view() : a);
    if (!out.empty()) out.push_back(op == Op::multiply ? '.' : '/');
    out += is_compound(b) ? "(" + std::string(b) + ")" : std::string(b);
    return out;
}

// In UCUM's words, for products: days are 'd'. Nothing for years and months, which have none.
std::optional<Quantity> without_calendar(Quantity quantity) {
    if (!quantity.calendar) return quantity;
    quantity.calendar = false;
    auto const step = step_of(quantity.unit);
    if (!step) return std::nullopt;
    switch (*step) {
        case Step::week: quantity.unit = "wk"; break;
        case Step::day: quantity.unit = "d"; break;
        case Step::hour: quantity.unit = "h"; break;
        case Step::minute: quantity.unit = "min"; break;
        case Step::second: quantity.unit = "s"; break;
        case Step::millisecond: quantity.unit = "ms"; break;
        case Step::year:
        case Step::month: return std::nullopt;
    }
    return quantity;
}

struct NamedQuantity {
    Decimal value;
    std::string unit;
    bool calendar;
};

std::optional<NamedQuantity> calculate_quantities(Op op, Quantity const& a, Quantity const& b) {
    if (op == Op::add || op == Op::subtract) {
        auto const right = converted(b, a);
        auto const sum =
            right ? Decimal::add(a.value, op == Op::add ? *right : right->negated()) : std::nullopt;
        if (!sum) return std::nullopt;
        return NamedQuantity{*sum, std::string(a.unit), a.calendar};
    }
    if (op != Op::multiply && op != Op::divide) return std::nullopt;
    auto const left = without_calendar(a);
    auto const right = without_calendar(b);
    if (!left || !right) return std::nullopt;
    auto const value = op == Op::multiply ? Decimal::multiply(left->value, right->value)
                                          : Decimal::divide(left->value, right->value);
    if (!value) return std::nullopt;
    return NamedQuantity{*value, combined_unit(op, left->unit, right->unit), false};
}

}  // namespace

bool Evaluation::calculate(Op op, std::size_t base, Item const& first, Item const& second) {
    auto const a = system_value(first);
    auto const b = system_value(second);
    if (a.is_number() && b.is_number()) {
        bool const integers = a.kind() == ItemKind::integer && b.kind() == ItemKind::integer &&
                              fits(a.integer()) && fits(b.integer());
        auto const result = integers ? calculate_integers(op, a.integer(), b.integer())
                                     : calculate_decimals(op, a.number(), b.number());
        stack_.truncate(base);
        return !result || push(*result);
    }
    if (op == Op::add && a.kind() == ItemKind::string && b.kind() == ItemKind::string) {
        return replace_with_text(base, std::string(a.text()).append(b.text()));
    }
    bool const sum = op == Op::add || op == Op::subtract;
    auto const quantity = as_quantity(b);
    if (a.is_moment() && sum && quantity && !b.is_number()) {
        auto const step = step_of(quantity->quantity().unit);
        if (!step) return refuse(Errc::invalid, "a date moved by what is no time of the calendar");
        auto const amount = quantity->quantity().value;
        auto const moved_to =
            moved(a.moment(), a.moment_kind(), *step, op == Op::add ? amount : amount.negated());
        stack_.truncate(base);
        return !moved_to || push(Item::of(*moved_to, a.moment_kind()));
    }
    auto const left = as_quantity(a);
    if (!left || !quantity)
        return refuse(Errc::invalid, "an operator between types that it has not");
    auto const result = calculate_quantities(op, left->quantity(), quantity->quantity());
    stack_.truncate(base);
    if (!result) return true;
    auto const unit = keep(result->unit);
    return unit && replace_with_quantity(base, {result->value, *unit, result->calendar});
}

// Empty counts as the empty string.
bool Evaluation::concatenate(std::size_t left, std::size_t right) {
    if (right - left > 1 || count(right) > 1)
        return refuse(Errc::invalid, "an operator between many items");
    std::string text;
    for (auto i = left; i < stack_.size(); ++i) {
        auto const item = system_value(stack_[i]);
        if (item.kind() != ItemKind::string)
            return refuse(Errc::invalid, "an operator between types that it has not");
        text += item.text();
    }
    bool const kept = replace_with_text(left, text);
    scrub(text);
    return kept;
}

}  // namespace salus::fhir::fhirpath

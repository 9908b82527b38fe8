#include "fhir/fhirpath/units.h"

#include <algorithm>
#include <string>

namespace salus::fhir::fhirpath {
namespace {

// What is measured. The arbitrary units (of biological activity) and degrees Celsius, whose zero is
// elsewhere, are kinds of their own.
enum Dimension : std::uint8_t {
    kLength,
    kTime,
    kMass,
    kAngle,
    kTemperature,
    kCharge,
    kLight,
    kAmount,
    kCelsius,
    kInternationalUnit,
    kCalendarMonth,
};

using Dimensions = std::array<std::int8_t, UnitMeaning::kDimensions>;

struct Atom {
    std::string_view code;
    bool metric;
    std::string_view factor;
    Dimensions dimensions;  // length, time, mass, angle, temperature, charge, light, amount, ...
};

// UCUM 2.1, tables 2 to 22; factors in m, s, g, rad, K, C, cd, mol.
constexpr Atom kAtoms[] = {
    {"m", true, "1", {1}},
    {"s", true, "1", {0, 1}},
    {"g", true, "1", {0, 0, 1}},
    {"rad", true, "1", {0, 0, 0, 1}},
    {"K", true, "1", {0, 0, 0, 0, 1}},
    {"C", true, "1", {0, 0, 0, 0, 0, 1}},
    {"cd", true, "1", {0, 0, 0, 0, 0, 0, 1}},
    {"mol", true, "1", {0, 0, 0, 0, 0, 0, 0, 1}},
    {"Cel", true, "1", {0, 0, 0, 0, 0, 0, 0, 0, 1}},
    {"[iU]", true, "1", {0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
    {"[IU]", true, "1", {0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
    {"10*", false, "10", {}},
    {"10^", false, "10", {}},
    {"%", false, "0.01", {}},
    {"[ppth]", false, "0.001", {}},
    {"[ppm]", false, "0.000001", {}},
    {"[ppb]", false, "0.000000001", {}},
    {"sr", true, "1", {0, 0, 0, 2}},
    {"Hz", true, "1", {0, -1}},
    {"N", true, "1000", {1, -2, 1}},
    {"Pa", true, "1000", {-1, -2, 1}},
    {"J", true, "1000", {2, -2, 1}},
    {"W", true, "1000", {2, -3, 1}},
    {"A", true, "1", {0, -1, 0, 0, 0, 1}},
    {"V", true, "1000", {2, -2, 1, 0, 0, -1}},
    {"F", true, "0.001", {-2, 2, -1, 0, 0, 2}},
    {"Ohm", true, "1000", {2, -1, 1, 0, 0, -2}},
    {"S", true, "0.001", {-2, 1, -1, 0, 0, 2}},
    {"T", true, "1000", {0, -1, 1, 0, 0, -1}},
    {"Bq", true, "1", {0, -1}},
    {"Gy", true, "1", {2, -2}},
    {"Sv", true, "1", {2, -2}},
    {"lm", true, "1", {0, 0, 0, 2, 0, 0, 1}},
    {"lx", true, "1", {-2, 0, 0, 2, 0, 0, 1}},
    {"min", false, "60", {0, 1}},
    {"h", false, "3600", {0, 1}},
    {"d", false, "86400", {0, 1}},
    {"wk", false, "604800", {0, 1}},
    {"a", false, "31557600", {0, 1}},
    {"mo", false, "2629800", {0, 1}},
    {"l", true, "0.001", {3}},
    {"L", true, "0.001", {3}},
    {"ar", true, "100", {2}},
    {"t", true, "1000000", {0, 0, 1}},
    {"bar", true, "100000000", {-1, -2, 1}},
    {"u", true, "0.0000000000000000000000016605402", {0, 0, 1}},
    {"[in_i]", false, "0.0254", {1}},
    {"[ft_i]", false, "0.3048", {1}},
    {"[yd_i]", false, "0.9144", {1}},
    {"[mi_i]", false, "1609.344", {1}},
    {"[sin_i]", false, "0.00064516", {2}},
    {"[sft_i]", false, "0.09290304", {2}},
    {"[cin_i]", false, "0.000016387064", {3}},
    {"[lb_av]", false, "453.59237", {0, 0, 1}},
    {"[oz_av]", false, "28.349523125", {0, 0, 1}},
    {"[gr]", false, "0.06479891", {0, 0, 1}},
    {"[stone_av]", false, "6350.29318", {0, 0, 1}},
    {"[gal_us]", false, "0.003785411784", {3}},
    {"[qt_us]", false, "0.000946352946", {3}},
    {"[pt_us]", false, "0.000473176473", {3}},
    {"[foz_us]", false, "0.0000295735295625", {3}},
    {"[cup_us]", false, "0.0002365882365", {3}},
    {"[tbs_us]", false, "0.00001478676478125", {3}},
    {"[tsp_us]", false, "0.00000492892159375", {3}},
    {"[drp]", false, "0.00000005", {3}},
    {"eq", true, "1", {0, 0, 0, 0, 0, 0, 0, 1}},
    {"osm", true, "1", {0, 0, 0, 0, 0, 0, 0, 1}},
    {"kat", true, "1", {0, -1, 0, 0, 0, 0, 0, 1}},
    {"U", true, "0.0000000166666666666666667", {0, -1, 0, 0, 0, 0, 0, 1}},
    {"m[H2O]", true, "9806650", {-1, -2, 1}},
    {"m[Hg]", true, "133322387.415", {-1, -2, 1}},
    {"atm", false, "101325000", {-1, -2, 1}},
    {"[psi]", false, "6894757.293168361", {-1, -2, 1}},
    {"dyn", true, "0.01", {1, -2, 1}},
    {"erg", true, "0.0001", {2, -2, 1}},
    {"cal", true, "4184", {2, -2, 1}},
    {"[Cal]", false, "4184000", {2, -2, 1}},
    {"eV", true, "0.000000000000000160217733", {2, -2, 1}},
    {"Ci", true, "37000000000", {0, -1}},
    {"RAD", true, "0.01", {2, -2}},
    {"REM", true, "0.01", {2, -2}},
    {"P", true, "100", {-1, -1, 1}},
    {"St", true, "0.0001", {2, -1}},
};

struct Prefix {
    std::string_view code;
    int power;
};
constexpr Prefix kPrefixes[] = {
    {"da", 1}, {"h", 2},  {"k", 3},  {"M", 6},  {"G", 9},   {"T", 12},  {"P", 15},  {"d", -1},
    {"c", -2}, {"m", -3}, {"u", -6}, {"n", -9}, {"p", -12}, {"f", -15}, {"a", -18},
};

Atom const* find_atom(std::string_view code) noexcept {
    auto const* const found = std::ranges::find(kAtoms, code, &Atom::code);
    return found == std::end(kAtoms) ? nullptr : found;
}

bool multiply_into(Decimal& target, Decimal factor) noexcept {
    auto const product = Decimal::multiply(target, factor);
    if (!product) return false;
    target = product->shortest();
    return true;
}

// A recursive descent over UCUM's terms. The depth of parentheses is bounded.
class UnitParser {
public:
    explicit UnitParser(std::string_view text) : text_(text) {}

    std::optional<UnitMeaning> run() {
        UnitMeaning meaning;
        if (!term(meaning, 1, 0) || at_ != text_.size()) return std::nullopt;
        return meaning;
    }

private:
    static constexpr int kDepth = 8;
    static constexpr int kLargestExponent = 9;

    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool term(UnitMeaning& meaning, int sign, int depth) {
        int direction = sign;
        if (peek() == '/') {
            ++at_;
            direction = -sign;
        }
        for (;;) {
            if (!component(meaning, direction, depth)) return false;
            char const next = peek();
            if (next != '.' && next != '/') return true;
            direction = next == '/' ? -sign : sign;
            ++at_;
        }
    }

    bool component(UnitMeaning& meaning, int sign, int depth) {
        if (peek() == '(') {
            if (depth == kDepth) return false;
            ++at_;
            if (!term(meaning, sign, depth + 1) || peek() != ')') return false;
            ++at_;
            return true;
        }
        if (peek() == '{') return annotation();
        auto const symbol = read_symbol();
        if (symbol.empty()) return false;
        auto const exponent = read_exponent();
        if (!exponent || !apply(meaning, symbol, *exponent * sign)) return false;
        return peek() != '{' || annotation();
    }

    bool annotation() {
        auto const end = text_.find('}', at_);
        if (end == std::string_view::npos) return false;
        at_ = end + 1;
        return true;
    }

    // Up to an operator, or to the digits of an exponent, but brackets are taken whole.
    std::string_view read_symbol() {
        auto const first = at_;
        if (text_.substr(at_).starts_with("10*") || text_.substr(at_).starts_with("10^")) {
            at_ += 3;
            return text_.substr(first, 3);
        }
        if (peek() >= '0' && peek() <= '9') {
            while (peek() >= '0' && peek() <= '9') ++at_;
            return text_.substr(first, at_ - first);
        }
        while (at_ < text_.size()) {
            char const c = text_[at_];
            if (c == '[') {
                auto const end = text_.find(']', at_);
                if (end == std::string_view::npos) return {};
                at_ = end + 1;
                continue;
            }
            bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%' ||
                                c == '\'' || c == '_';
            if (!letter) break;
            ++at_;
        }
        return text_.substr(first, at_ - first);
    }

    std::optional<int> read_exponent() {
        auto const signs = peek() == '-' || peek() == '+';
        bool const negative = peek() == '-';
        if (signs) ++at_;
        if (peek() < '0' || peek() > '9') return signs ? std::nullopt : std::optional(1);
        int value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = value * 10 + (text_[at_++] - '0');
            if (value > 30) return std::nullopt;
        }
        return negative ? -value : value;
    }

    static bool apply(UnitMeaning& meaning, std::string_view symbol, int exponent) {
        if (symbol.front() >= '0' && symbol.front() <= '9' && !symbol.starts_with("10*") &&
            !symbol.starts_with("10^")) {
            auto const number = Decimal::parse(symbol);
            return number && raise(meaning, *number, exponent);
        }
        if (auto const* atom = find_atom(symbol)) return apply_atom(meaning, *atom, 0, exponent);
        for (auto const& prefix : kPrefixes) {
            if (!symbol.starts_with(prefix.code)) continue;
            auto const* atom = find_atom(symbol.substr(prefix.code.size()));
            if (atom != nullptr && atom->metric)
                return apply_atom(meaning, *atom, prefix.power, exponent);
        }
        return false;
    }

    static bool apply_atom(UnitMeaning& meaning, Atom const& atom, int power, int exponent) {
        bool const is_ten = atom.code.starts_with("10");
        if (!is_ten && (exponent > kLargestExponent || exponent < -kLargestExponent)) return false;
        for (std::size_t i = 0; i < meaning.dimensions.size(); ++i) {
            auto const sum = meaning.dimensions.at(i) + atom.dimensions.at(i) * exponent;
            if (sum > INT8_MAX || sum < INT8_MIN) return false;
            meaning.dimensions.at(i) = static_cast<std::int8_t>(sum);
        }
        auto const factor = Decimal::parse(atom.factor);
        if (!factor || !raise(meaning, *factor, exponent)) return false;
        auto const prefix = Decimal::power(Decimal(10), power < 0 ? -power : power);
        return prefix && raise(meaning, *prefix, power < 0 ? -exponent : exponent);
    }

    static bool raise(UnitMeaning& meaning, Decimal base, int exponent) {
        auto const power = Decimal::power(base, exponent < 0 ? -exponent : exponent);
        return power && multiply_into(exponent < 0 ? meaning.divisor : meaning.factor, *power);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

struct CalendarWord {
    std::string_view singular;
    std::string_view plural;
    std::string_view ucum;  // that which means the same for sure
    Step step;
};
constexpr CalendarWord kCalendar[] = {
    {"year", "years", "", Step::year},
    {"month", "months", "", Step::month},
    {"week", "weeks", "wk", Step::week},
    {"day", "days", "d", Step::day},
    {"hour", "hours", "h", Step::hour},
    {"minute", "minutes", "min", Step::minute},
    {"second", "seconds", "s", Step::second},
    {"millisecond", "milliseconds", "ms", Step::millisecond},
};

std::optional<UnitMeaning> meaning_of_unit(Quantity const& quantity) noexcept {
    if (quantity.calendar) {
        if (quantity.unit == "year" || quantity.unit == "month") {
            UnitMeaning meaning;
            meaning.dimensions[kCalendarMonth] = 1;
            meaning.factor = Decimal(quantity.unit == "year" ? 12 : 1);
            return meaning;
        }
        for (auto const& each : kCalendar) {
            if (each.singular == quantity.unit) return meaning_of(each.ucum);
        }
    }
    return meaning_of(quantity.unit);
}

// Both in base units, without the divisors: each is multiplied by the other's.
struct Pair {
    Decimal left;
    Decimal right;
};

std::optional<Pair> in_common_unit(Quantity const& a, Quantity const& b) noexcept {
    if (a.unit == b.unit && a.calendar == b.calendar) return Pair{a.value, b.value};
    auto const left = meaning_of_unit(a);
    auto const right = meaning_of_unit(b);
    if (!left || !right || left->dimensions != right->dimensions) return std::nullopt;
    Pair pair{a.value, b.value};
    if (!multiply_into(pair.left, left->factor) || !multiply_into(pair.left, right->divisor) ||
        !multiply_into(pair.right, right->factor) || !multiply_into(pair.right, left->divisor))
        return std::nullopt;
    return pair;
}

// 1 year ~ 1 'a', although they are not equal.
Quantity loosely(Quantity quantity) noexcept {
    if (!quantity.calendar) return quantity;
    if (quantity.unit == "year") return {quantity.value, "a", false};
    if (quantity.unit == "month") return {quantity.value, "mo", false};
    return quantity;
}

}  // namespace

std::optional<UnitMeaning> meaning_of(std::string_view ucum) noexcept {
    if (ucum.empty()) return std::nullopt;
    return UnitParser(ucum).run();
}

std::string_view calendar_word(std::string_view word) noexcept {
    for (auto const& each : kCalendar) {
        if (word == each.singular || word == each.plural) return each.singular;
    }
    return {};
}

std::optional<Step> step_of(std::string_view unit) noexcept {
    for (auto const& each : kCalendar) {
        if (unit == each.singular || unit == each.plural) return each.step;
        if (!each.ucum.empty() && unit == each.ucum) return each.step;
    }
    return std::nullopt;
}

std::optional<int> compare(Quantity const& a, Quantity const& b) noexcept {
    auto const pair = in_common_unit(a, b);
    if (!pair) return std::nullopt;
    auto const order = pair->left <=> pair->right;
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

std::optional<Decimal> converted(Quantity const& quantity, Quantity const& unit) noexcept {
    if (quantity.unit == unit.unit && quantity.calendar == unit.calendar) return quantity.value;
    auto const from = meaning_of_unit(quantity);
    auto const to = meaning_of_unit(unit);
    if (!from || !to || from->dimensions != to->dimensions) return std::nullopt;
    auto numerator = quantity.value;
    auto denominator = from->divisor;
    if (!multiply_into(numerator, from->factor) || !multiply_into(numerator, to->divisor) ||
        !multiply_into(denominator, to->factor))
        return std::nullopt;
    return Decimal::divide(numerator, denominator);
}

bool equivalent(Quantity const& a, Quantity const& b) noexcept {
    auto const left = loosely(a);
    auto const right = loosely(b);
    // In the larger unit, so that the order of the two does not matter.
    auto const unit_order =
        compare({Decimal(1), left.unit, left.calendar}, {Decimal(1), right.unit, right.calendar});
    if (!unit_order) return false;
    auto const& larger = *unit_order < 0 ? right : left;
    auto const first = converted(left, larger);
    auto const second = converted(right, larger);
    if (!first || !second) return false;
    auto const scale = std::min(first->shortest().scale(), second->shortest().scale());
    auto const x = first->with_scale(scale, Decimal::Rounding::half_away);
    auto const y = second->with_scale(scale, Decimal::Rounding::half_away);
    return x && y && *x == *y;
}

bool comparable(Quantity const& a, Quantity const& b) noexcept {
    if (a.unit == b.unit && a.calendar == b.calendar) return true;
    auto const left = meaning_of_unit(a);
    auto const right = meaning_of_unit(b);
    return left && right && left->dimensions == right->dimensions;
}

}  // namespace salus::fhir::fhirpath

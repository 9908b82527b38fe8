// https://hl7.org/fhirpath/N1/#conversion
#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "fhir/fhirpath/evaluation.h"

namespace salus::fhir::fhirpath {
namespace {

constexpr std::array<std::string_view, 6> kTrueTexts = {"true", "t", "yes", "y", "1", "1.0"};
constexpr std::array<std::string_view, 6> kFalseTexts = {"false", "f", "no", "n", "0", "0.0"};

bool is_any(std::string_view text, std::array<std::string_view, 6> const& texts) {
    return std::ranges::any_of(texts, [text](std::string_view each) {
        return std::ranges::equal(text, each, [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
        });
    });
}

std::optional<Item> to_boolean(Item const& item) {
    if (item.kind() == ItemKind::boolean) return item;
    if (item.is_number()) {
        if (item.number() == Decimal(1)) return Item::of(true);
        if (item.number() == Decimal(0)) return Item::of(false);
    } else if (item.kind() == ItemKind::string) {
        if (is_any(item.text(), kTrueTexts)) return Item::of(true);
        if (is_any(item.text(), kFalseTexts)) return Item::of(false);
    }
    return std::nullopt;
}

std::optional<Item> to_integer(Item const& item) {
    if (item.kind() == ItemKind::integer) return item;
    if (item.kind() == ItemKind::boolean) return Item::of(std::int64_t{item.boolean() ? 1 : 0});
    if (item.kind() != ItemKind::string) return std::nullopt;
    auto text = item.text();
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int32_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || item.text().starts_with("+-"))
        return std::nullopt;
    return Item::of(std::int64_t{value});
}

std::optional<Item> to_decimal(Item const& item) {
    if (item.kind() == ItemKind::decimal) return item;
    if (item.kind() == ItemKind::integer) return Item::of(Decimal(item.integer()));
    if (item.kind() == ItemKind::boolean) return Item::of(Decimal(item.boolean() ? 1 : 0));
    if (item.kind() != ItemKind::string) return std::nullopt;
    if (item.text().find_first_of("eE") != std::string_view::npos) return std::nullopt;
    auto const value = Decimal::parse(item.text());
    return value ? std::optional(Item::of(*value)) : std::nullopt;
}

std::optional<Item> to_date(Item const& item) {
    if (item.kind() == ItemKind::date) return item;
    if (item.kind() == ItemKind::date_time) {
        auto moment = item.moment();
        moment.precision = std::min(moment.precision, Calendar::day);
        moment.has_zone = false;
        return Item::of(moment, MomentKind::date);
    }
    if (item.kind() != ItemKind::string) return std::nullopt;
    auto moment = parse_date_time(item.text());
    if (!moment) return std::nullopt;
    return to_date(Item::of(*moment, MomentKind::date_time));
}

std::optional<Item> to_date_time(Item const& item) {
    if (item.kind() == ItemKind::date_time) return item;
    if (item.kind() == ItemKind::date) return Item::of(item.moment(), MomentKind::date_time);
    if (item.kind() != ItemKind::string) return std::nullopt;
    auto const moment = parse_date_time(item.text());
    return moment ? std::optional(Item::of(*moment, MomentKind::date_time)) : std::nullopt;
}

std::optional<Item> to_time(Item const& item) {
    if (item.kind() == ItemKind::time) return item;
    if (item.kind() != ItemKind::string) return std::nullopt;
    auto const moment = parse_time(item.text());
    return moment ? std::optional(Item::of(*moment, MomentKind::time)) : std::nullopt;
}

std::string text_of_quantity(Quantity const& quantity) {
    auto text = quantity.value.text();
    if (!quantity.calendar) return text + " '" + std::string(quantity.unit) + "'";
    text += " " + std::string(quantity.unit);
    if (quantity.value != Decimal(1)) text += "s";
    return text;
}

// "4.5 'mg'", "1 week", "1": the number's end, and what follows it.
std::optional<Quantity> parse_quantity(std::string_view text) {
    auto const end = text.find_first_not_of("+-.0123456789");
    auto const number = Decimal::parse(text.substr(0, end));
    if (!number) return std::nullopt;
    if (end == std::string_view::npos) return Quantity{*number, "1", false};
    auto rest = text.substr(end);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    if (rest.size() > 2 && rest.front() == '\'' && rest.back() == '\'')
        return Quantity{*number, rest.substr(1, rest.size() - 2), false};
    auto const word = calendar_word(rest);
    if (word.empty()) return std::nullopt;
    return Quantity{*number, word, true};
}

Function conversion_of(Function function) {
    auto const distance =
        static_cast<int>(Function::converts_to_boolean) - static_cast<int>(Function::to_boolean);
    return function < Function::converts_to_boolean
               ? function
               : static_cast<Function>(static_cast<int>(function) - distance);
}

}  // namespace

std::optional<Item> Evaluation::to_quantity(Item const& item) {
    if (item.kind() == ItemKind::boolean)
        return as_quantity(Item::of(std::int64_t{item.boolean() ? 1 : 0}));
    if (item.kind() != ItemKind::string) return as_quantity(item);
    auto const quantity = parse_quantity(item.text());
    auto const* kept = quantity ? keep(*quantity) : nullptr;
    return kept == nullptr ? std::nullopt : std::optional(Item::of(*kept));
}

std::optional<std::string_view> Evaluation::text_of_item(Item const& unknown) {
    auto const item = system_value(unknown);
    switch (item.kind()) {
        case ItemKind::boolean: return item.boolean() ? "true" : "false";
        case ItemKind::string: return item.text();
        case ItemKind::integer: return keep(std::to_string(item.integer()));
        case ItemKind::decimal: return keep(item.decimal().text());
        case ItemKind::date:
        case ItemKind::date_time:
        case ItemKind::time: return keep(text_of(item.moment(), item.moment_kind()));
        case ItemKind::quantity: return keep(text_of_quantity(item.quantity()));
        case ItemKind::type_name: return std::nullopt;
        case ItemKind::element: break;
    }
    auto const quantity = as_quantity(item);
    return quantity ? keep(text_of_quantity(quantity->quantity())) : std::nullopt;
}

std::optional<Item> Evaluation::to(Function type, Item const& item) {
    switch (type) {
        case Function::to_boolean: return to_boolean(item);
        case Function::to_integer: return to_integer(item);
        case Function::to_decimal: return to_decimal(item);
        case Function::to_date: return to_date(item);
        case Function::to_date_time: return to_date_time(item);
        case Function::to_time: return to_time(item);
        case Function::to_quantity: return to_quantity(item);
        default: break;
    }
    auto const text = text_of_item(item);
    return text ? std::optional(Item::of(*text)) : std::nullopt;
}

bool Evaluation::call_conversion(Call const& call) {
    std::optional<Item> input;
    if (!single_input(call, input)) return false;
    if (!input) return true;
    auto result = to(conversion_of(call.node.function), *input);
    if (error_) return false;
    if (result && call.node.argument_count == 1) {  // toQuantity(unit)
        std::optional<std::string_view> unit;
        if (!text_argument(call, 0, unit)) return false;
        auto const word = unit ? calendar_word(*unit) : std::string_view();
        Quantity target{Decimal(1), word.empty() ? unit.value_or("1") : word, !word.empty()};
        auto const value = converted(result->quantity(), target);
        result.reset();
        if (value) {
            target.value = *value;
            auto const* kept = keep(target);
            if (kept == nullptr) return false;
            result = Item::of(*kept);
        }
    }
    if (call.node.function >= Function::converts_to_boolean)
        return replace(call.base, Item::of(result.has_value()));
    stack_.truncate(call.base);
    return !result || push(*result);
}

}  // namespace salus::fhir::fhirpath

// = and ~, and the order of values (https://hl7.org/fhirpath/N1/#equality, #equivalence).
#include <algorithm>
#include <vector>

#include "fhir/fhirpath/evaluation.h"
#include "fhir/fhirpath/letter_case.h"

namespace salus::fhir::fhirpath {
namespace {

Truth truth(bool value) {
    return value ? Truth::yes : Truth::no;
}

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Text without regard to the case of ASCII letters and to how white space is written.
class LooseText {
public:
    explicit LooseText(std::string_view text) : text_(text) {}
    // '\0' at the end; one blank for any white space.
    char next() {
        if (at_ == text_.size()) return '\0';
        char const c = text_[at_++];
        if (is_space(c)) {
            while (at_ < text_.size() && is_space(text_[at_])) ++at_;
            return ' ';
        }
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

bool same_but_for_ascii_case(std::string_view a, std::string_view b) {
    LooseText left(a);
    LooseText right(b);
    for (;;) {
        char const c = left.next();
        if (c != right.next()) return false;
        if (c == '\0') return true;
    }
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool same_loosely(std::string_view a, std::string_view b) {
    if (is_ascii(a) || is_ascii(b)) return same_but_for_ascii_case(a, b);
    auto left = lower_case(a);
    auto right = lower_case(b);
    bool const same = same_but_for_ascii_case(left, right);
    scrub(left);
    scrub(right);
    return same;
}

bool same_to_lesser_precision(Decimal a, Decimal b) {
    auto const scale = std::min(a.shortest().scale(), b.shortest().scale());
    auto const x = a.with_scale(scale, Decimal::Rounding::half_away);
    auto const y = b.with_scale(scale, Decimal::Rounding::half_away);
    return x && y && *x == *y;
}

enum class Strictness : std::uint8_t { equal, equivalent };

// Complex elements: all members alike, in any order. Counts its steps down from `left`, and says
// no when there are none: the caller then refuses.
class DeepComparison {
public:
    DeepComparison(Strictness strictness, std::uint64_t& left)
        : strictness_(strictness), left_(left) {}

    bool same(json::Value a, json::Value b) {
        if (left_ == 0) return false;
        --left_;
        if (a.kind() != b.kind()) return false;
        switch (a.kind()) {
            case json::Kind::null: return true;
            case json::Kind::boolean: return a.boolean() == b.boolean();
            case json::Kind::number: return same_numbers(a, b);
            case json::Kind::string: return same_text(a, b);
            case json::Kind::array: return same_lists(a, b);
            case json::Kind::object: return same_objects(a, b);
        }
        return false;
    }

private:
    [[nodiscard]] bool same_numbers(json::Value a, json::Value b) const {
        if (a.raw() == b.raw()) return true;
        auto const left = Decimal::parse(a.raw());
        auto const right = Decimal::parse(b.raw());
        if (!left || !right) return false;
        return strictness_ == Strictness::equal ? *left == *right
                                                : same_to_lesser_precision(*left, *right);
    }
    [[nodiscard]] bool same_text(json::Value a, json::Value b) {
        left_ -= std::min<std::uint64_t>(left_, a.raw().size() / 64);
        if (strictness_ == Strictness::equal && !a.has_escapes() && !b.has_escapes())
            return a.raw_text() == b.raw_text();
        auto left = a.text();
        auto right = b.text();
        bool const same =
            strictness_ == Strictness::equal ? left == right : same_loosely(left, right);
        scrub(left);
        scrub(right);
        return same;
    }
    bool same_lists(json::Value a, json::Value b) {
        if (a.size() != b.size()) return false;
        if (strictness_ == Strictness::equal) {
            auto const others = b.elements();
            auto other = others.begin();
            for (auto const each : a.elements()) {
                if (!same(each, *other++)) return false;
            }
            return true;
        }
        std::vector<bool> taken(b.size());
        for (auto const each : a.elements()) {
            std::size_t at = 0;
            bool found = false;
            for (auto const other : b.elements()) {
                if (!taken[at] && same(each, other)) {
                    taken[at] = found = true;
                    break;
                }
                ++at;
            }
            if (!found) return false;
        }
        return true;
    }
    bool same_objects(json::Value a, json::Value b) {
        if (a.size() != b.size()) return false;
        left_ -= std::min<std::uint64_t>(left_, a.size() * a.size() / 16);  // names are looked for
        for (auto const& member : a.members()) {
            auto const other = b.member(member.key.raw_text());
            if (!other || !same(member.value, *other)) return false;
        }
        return true;
    }

    Strictness strictness_;
    std::uint64_t& left_;
};

bool same_moment_kinds(Item const& a, Item const& b) {
    return a.is_moment() && b.is_moment() &&
           (a.kind() == ItemKind::time) == (b.kind() == ItemKind::time);
}

MomentKind wider(Item const& a, Item const& b) {
    return a.kind() == ItemKind::time                                 ? MomentKind::time
           : a.kind() == ItemKind::date && b.kind() == ItemKind::date ? MomentKind::date
                                                                      : MomentKind::date_time;
}

bool is_complex(Item const& item) {
    return item.is_element() && !item.is_primitive();
}

// A string, or a primitive element whose System value is one.
bool is_text(Item const& item) {
    return item.kind() == ItemKind::string || is_text_element(item);
}

std::size_t text_size(Item const& text) {
    return text.is_element() ? text.value().raw().size() : text.text().size();
}

bool same_text(Item const& a, Item const& b) {
    if (!a.is_element()) return b.is_element() ? b.value().is_text(a.text()) : a.text() == b.text();
    if (!b.is_element()) return a.value().is_text(b.text());
    if (!a.value().has_escapes()) return b.value().is_text(a.value().raw_text());
    return b.value().has_escapes() && a.value().text() == b.value().text();
}

}  // namespace

// A FHIR Quantity, a number or a quantity as System.Quantity; nothing for all else, and for
// quantities with a comparator, which stand for a range.
std::optional<Item> Evaluation::as_quantity(Item const& item) {
    if (item.kind() == ItemKind::quantity) return item;
    Quantity quantity;
    if (item.is_number()) {
        quantity = {item.number(), "1", false};
    } else {
        if (!is_complex(item) || !item.has_value() || !is_quantity(*item.type()))
            return std::nullopt;
        charge(item.value().size() / 8);
        auto const value = item.value().member("value");
        if (!value || !value->is_number() || item.value().member("comparator")) return std::nullopt;
        auto const number = Decimal::parse(value->raw());
        if (!number) return std::nullopt;
        quantity.value = *number;
        auto unit = item.value().member("code");
        if (!unit) unit = item.value().member("unit");
        quantity.unit = "1";
        if (unit && unit->is_string()) {
            quantity.unit = unit->raw_text();
            charge(quantity.unit.size() / 16);
            if (unit->has_escapes()) {
                auto const kept = keep(unit->text());
                if (!kept) return std::nullopt;
                quantity.unit = *kept;
            }
        }
    }
    auto const* kept = keep(quantity);
    if (kept == nullptr) return std::nullopt;
    return Item::of(*kept);
}

Truth Evaluation::equal(Item const& first, Item const& second) {
    if (is_text(first) && is_text(second)) {
        charge(std::min(text_size(first), text_size(second)) / 64);
        return truth(same_text(first, second));
    }
    if (is_complex(first) && is_complex(second)) {
        if (!first.has_value() || !second.has_value()) return Truth::no;
        if (first.value() == second.value()) return Truth::yes;
        if (is_quantity(*first.type()) && is_quantity(*second.type())) {
            auto const a = as_quantity(first);
            auto const b = as_quantity(second);
            if (a && b) return equal(*a, *b);
        }
        return truth(
            DeepComparison(Strictness::equal, steps_left_).same(first.value(), second.value()));
    }
    auto const a = system_value(first);
    auto const b = system_value(second);
    if (a.is_number() && b.is_number()) {
        if (a.kind() == ItemKind::integer && b.kind() == ItemKind::integer)
            return truth(a.integer() == b.integer());
        return truth(a.number() == b.number());
    }
    if (a.kind() == ItemKind::quantity || b.kind() == ItemKind::quantity) {
        auto const x = as_quantity(a);
        auto const y = as_quantity(b);
        if (!x || !y) return Truth::no;
        charge_units(x->quantity(), y->quantity());
        auto const order = compare(x->quantity(), y->quantity());
        return order ? truth(*order == 0) : Truth::open;
    }
    if (same_moment_kinds(a, b)) {
        auto const order = compare(a.moment(), b.moment(), wider(a, b));
        return order ? truth(*order == 0) : Truth::open;
    }
    if (a.kind() != b.kind()) return Truth::no;
    switch (a.kind()) {
        case ItemKind::boolean: return truth(a.boolean() == b.boolean());
        case ItemKind::string:
            charge(std::min(a.text().size(), b.text().size()) / 64);
            return truth(a.text() == b.text());
        case ItemKind::type_name:
            return truth(a.type_space() == b.type_space() && a.type_text() == b.type_text());
        case ItemKind::element:  // primitives without a value, or of an unknown form
            if (a.has_companion() && b.has_companion() && !a.has_value() && !b.has_value())
                return truth(DeepComparison(Strictness::equal, steps_left_)
                                 .same(a.companion(), b.companion()));
            return Truth::no;
        default: return Truth::no;
    }
}

bool Evaluation::is_equivalent(Item const& first, Item const& second) {
    if (is_complex(first) && is_complex(second)) {
        if (!first.has_value() || !second.has_value()) return false;
        if (is_quantity(*first.type()) && is_quantity(*second.type())) {
            auto const a = as_quantity(first);
            auto const b = as_quantity(second);
            if (a && b) return is_equivalent(*a, *b);
        }
        return DeepComparison(Strictness::equivalent, steps_left_)
            .same(first.value(), second.value());
    }
    auto const a = system_value(first);
    auto const b = system_value(second);
    if (a.is_number() && b.is_number()) return same_to_lesser_precision(a.number(), b.number());
    if (a.kind() == ItemKind::quantity || b.kind() == ItemKind::quantity) {
        auto const x = as_quantity(a);
        auto const y = as_quantity(b);
        if (!x || !y) return false;
        charge_units(x->quantity(), y->quantity());
        return equivalent(x->quantity(), y->quantity());
    }
    if (same_moment_kinds(a, b)) return equivalent(a.moment(), b.moment(), wider(a, b));
    if (a.kind() == ItemKind::string && b.kind() == ItemKind::string) {
        charge(a.text().size() / 16);
        return same_loosely(a.text(), b.text());
    }
    return equal(a, b) == Truth::yes;
}

Ordering Evaluation::order(Item const& first, Item const& second) {
    auto const a = system_value(first);
    auto const b = system_value(second);
    auto const of = [](auto const& result) {
        return result < 0 ? Ordering::less : result > 0 ? Ordering::greater : Ordering::equal;
    };
    if (a.is_number() && b.is_number()) {
        if (a.kind() == ItemKind::integer && b.kind() == ItemKind::integer)
            return of(a.integer() <=> b.integer());
        return of(a.number() <=> b.number());
    }
    if (a.kind() == ItemKind::string && b.kind() == ItemKind::string)
        return of(a.text().compare(b.text()));
    if (same_moment_kinds(a, b)) {
        auto const result = compare(a.moment(), b.moment(), wider(a, b));
        return result ? of(*result) : Ordering::open;
    }
    auto const x = as_quantity(a);
    auto const y = as_quantity(b);
    if (x && y) {
        charge_units(x->quantity(), y->quantity());
        auto const result = compare(x->quantity(), y->quantity());
        return result ? of(*result) : Ordering::open;
    }
    // A primitive without a value, or a Quantity without one, has no place in any order.
    bool const open = (a.is_element() && (a.is_primitive() || is_quantity(*a.type()))) ||
                      (b.is_element() && (b.is_primitive() || is_quantity(*b.type())));
    return open ? Ordering::open : Ordering::not_comparable;
}

bool Evaluation::equal_collections(std::size_t left, std::size_t right, Truth& result) {
    auto const size = right - left;
    result = Truth::open;
    if (size == 0 || stack_.size() == right) return true;
    if (stack_.size() - right != size) {
        result = Truth::no;
        return true;
    }
    result = Truth::yes;
    for (std::size_t i = 0; i < size; ++i) {
        if (!count_step()) return false;
        auto const each = equal(stack_[left + i], stack_[right + i]);
        if (each == Truth::no) {
            result = Truth::no;
            break;
        }
        if (each == Truth::open) result = Truth::open;
    }
    return count_step();
}

bool Evaluation::equivalent_collections(std::size_t left, std::size_t right, bool& same) {
    auto const size = right - left;
    same = stack_.size() - right == size;
    if (!same) return true;
    auto last = stack_.size();
    for (std::size_t i = 0; i < size && same; ++i) {
        same = false;
        for (auto other = right; other < last; ++other) {
            if (!count_step()) return false;
            if (!is_equivalent(stack_[left + i], stack_[other])) continue;
            stack_[other] = stack_[--last];  // each answers for one
            same = true;
            break;
        }
    }
    return count_step();
}

bool Evaluation::is_among(Item const& item, std::size_t first, std::size_t last, bool& found) {
    found = false;
    if (!count_step(last - first + 1)) return false;
    for (auto i = first; i < last && !found; ++i) found = equal(item, stack_[i]) == Truth::yes;
    return count_step();
}

}  // namespace salus::fhir::fhirpath

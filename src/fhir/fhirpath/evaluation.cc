#include "fhir/fhirpath/evaluation.h"

#include <new>
#include <utility>

namespace salus::fhir::fhirpath {
namespace {

std::optional<bool> as_bool(Truth truth) {
    if (truth == Truth::open) return std::nullopt;
    return truth == Truth::yes;
}

// Three-valued (https://hl7.org/fhirpath/N1/#boolean-logic).
Truth combined(Op op, Truth a, Truth b) {
    switch (op) {
        case Op::and_:
            if (a == Truth::no || b == Truth::no) return Truth::no;
            return a == Truth::yes && b == Truth::yes ? Truth::yes : Truth::open;
        case Op::or_:
            if (a == Truth::yes || b == Truth::yes) return Truth::yes;
            return a == Truth::no && b == Truth::no ? Truth::no : Truth::open;
        case Op::implies:
            if (a == Truth::no || b == Truth::yes) return Truth::yes;
            return a == Truth::yes && b == Truth::no ? Truth::no : Truth::open;
        default:
            if (a == Truth::open || b == Truth::open) return Truth::open;
            return a != b ? Truth::yes : Truth::no;
    }
}

// What the left side alone decides.
bool is_decided(Op op, Truth left) {
    return (op == Op::and_ && left == Truth::no) || (op == Op::or_ && left == Truth::yes) ||
           (op == Op::implies && left == Truth::no);
}

}  // namespace

bool Evaluation::refuse(Errc code, Literal why) {
    if (error_) return false;
    Location where;
    if (node_ != nullptr) where.prepend_index(node_->offset);
    error_ = Error{code, why, std::move(where)};
    return false;
}

Error Evaluation::take_error() {
    return error_ ? *std::move(error_) : Error{Errc::internal, "an evaluation failed", {}};
}

bool Evaluation::count_step(std::uint64_t steps) {
    if (steps_left_ < steps) return refuse(Errc::too_large, "an expression that takes too long");
    steps_left_ -= steps;
    return true;
}

bool Evaluation::push(Item const& item) {
    return stack_.push(item) || refuse(Errc::too_large, "an expression with too many items");
}

bool Evaluation::replace(std::size_t base, Item const& item) {
    auto const copy = item;
    stack_.truncate(base);
    return push(copy);
}

bool Evaluation::replace(std::size_t base, Truth truth) {
    stack_.truncate(base);
    return truth == Truth::open || push(Item::of(truth == Truth::yes));
}

std::optional<std::string_view> Evaluation::keep(std::string_view text) {
    charge(text.size() / 64);
    if (text.empty()) return std::string_view();
    auto* const place = static_cast<char*>(arena_.allocate(text.size()));
    if (place == nullptr) {
        (void)refuse(Errc::too_large, "an expression that makes too much text");
        return std::nullopt;
    }
    std::memcpy(place, text.data(), text.size());
    return std::string_view(place, text.size());
}

Quantity const* Evaluation::keep(Quantity const& quantity) {
    auto* const place = arena_.allocate(sizeof(Quantity));
    if (place == nullptr) {
        (void)refuse(Errc::too_large, "an expression that makes too much text");
        return nullptr;
    }
    return new (place) Quantity(quantity);
}

bool Evaluation::replace_with_text(std::size_t base, std::string_view text) {
    auto const kept = keep(text);
    return kept && replace(base, Item::of(*kept));
}

bool Evaluation::replace_with_quantity(std::size_t base, Quantity const& quantity) {
    auto const* kept = keep(quantity);
    return kept != nullptr && replace(base, Item::of(*kept));
}

// Singleton evaluation of collections: one item that is no Boolean is true.
bool Evaluation::truth_of(std::size_t base, Truth& truth) {
    if (count(base) == 0) {
        truth = Truth::open;
        return true;
    }
    if (count(base) > 1) return refuse(Errc::invalid, "many items where one Boolean is needed");
    auto item = stack_[base];
    if (item.is_element() && item.is_primitive() && item.type()->lexical == Lexical::boolean_)
        item = system_value(item);
    truth = item.kind() == ItemKind::boolean && !item.boolean() ? Truth::no : Truth::yes;
    return true;
}

bool Evaluation::run_truth(NodeIndex node, Scope const& scope, Truth& truth) {
    auto const base = stack_.size();
    if (!run(node, scope) || !truth_of(base, truth)) return false;
    stack_.truncate(base);
    return true;
}

bool Evaluation::run(NodeIndex index, Scope const& scope) {
    if (!count_step()) return false;
    auto const& node = program_.nodes[index];
    auto const* outer = std::exchange(node_, &node);
    if (!run_node(node, scope)) return false;
    node_ = outer;
    return !error_;  // keep() may have refused where nothing could be said
}

bool Evaluation::run_node(Node const& node, Scope const& scope) {
    switch (node.op) {
        case Op::empty: return true;
        case Op::literal: return push(program_.literals[node.second]);
        case Op::this_: return scope.focus == nullptr || push(*scope.focus);
        case Op::index:
            return scope.has_index ? push(Item::of(scope.index))
                                   : refuse(Errc::invalid, "$index outside of a loop");
        case Op::total:
            if (!scope.has_total) return refuse(Errc::invalid, "$total outside of aggregate()");
            for (auto i = scope.total_first; i < scope.total_last; ++i) {
                if (!push(Item(stack_[i]))) return false;
            }
            return true;
        case Op::context: return push(context_.focus);
        case Op::resource: return !context_.resource || push(*context_.resource);
        case Op::root_resource: return !context_.root_resource || push(*context_.root_resource);
        case Op::variable: return run_variable(node);
        case Op::step: return run_step(node, scope);
        case Op::function: return call(node, scope);
        case Op::indexer: return run_indexer(node, scope);
        case Op::positive:
        case Op::negative: return run_polarity(node, scope);
        case Op::is:
        case Op::as: return run_type_operator(node, scope);
        case Op::and_:
        case Op::or_:
        case Op::xor_:
        case Op::implies: return run_logic(node, scope);
        default: return run_binary(node, scope);
    }
}

bool Evaluation::run_variable(Node const& node) {
    auto const name = program_.names[node.second].text;
    for (auto const& variable : context_.variables) {
        if (variable.name == name) return push(variable.value);
    }
    return refuse(Errc::invalid, "an environment variable that is not defined");
}

bool Evaluation::run_indexer(Node const& node, Scope const& scope) {
    auto const base = stack_.size();
    if (!run(node.first, scope)) return false;
    auto const end = stack_.size();
    if (!run(node.second, scope)) return false;
    if (count(end) == 0) {
        stack_.truncate(base);
        return true;
    }
    auto const index = system_value(stack_[end]);
    if (count(end) > 1 || index.kind() != ItemKind::integer)
        return refuse(Errc::invalid, "an index that is not one integer");
    auto const length = static_cast<std::int64_t>(end - base);
    if (index.integer() < 0 || index.integer() >= length) {
        stack_.truncate(base);
        return true;
    }
    return replace(base, stack_[base + static_cast<std::size_t>(index.integer())]);
}

bool Evaluation::run_polarity(Node const& node, Scope const& scope) {
    auto const base = stack_.size();
    if (!run(node.first, scope)) return false;
    if (count(base) == 0) return true;
    if (count(base) > 1) return refuse(Errc::invalid, "a sign before many items");
    auto const item = system_value(stack_[base]);
    if (!item.is_number() && item.kind() != ItemKind::quantity)
        return refuse(Errc::invalid, "a sign before what is no number");
    if (node.op == Op::positive) return replace(base, item);
    if (item.kind() == ItemKind::integer) return replace(base, Item::of(-item.integer()));
    if (item.kind() == ItemKind::decimal) return replace(base, Item::of(item.decimal().negated()));
    auto quantity = item.quantity();
    quantity.value = quantity.value.negated();
    return replace_with_quantity(base, quantity);
}

// The operator `as` filters, as R4's own search parameters need it: many items are no error.
bool Evaluation::run_type_operator(Node const& node, Scope const& scope) {
    auto const base = stack_.size();
    if (!run(node.first, scope)) return false;
    auto const& type = program_.types[node.second];
    if (node.op == Op::is) {
        if (count(base) == 0) return true;
        if (count(base) > 1) return refuse(Errc::invalid, "the type of many items");
        return replace(base, Item::of(is_of_type(stack_[base], type)));
    }
    auto kept = base;
    for (auto i = base; i < stack_.size(); ++i) {
        if (is_exactly(stack_[i], type)) stack_[kept++] = stack_[i];
    }
    stack_.truncate(kept);
    return true;
}

bool Evaluation::run_logic(Node const& node, Scope const& scope) {
    auto left = Truth::open;
    auto right = Truth::open;
    if (!run_truth(node.first, scope, left)) return false;
    if (!is_decided(node.op, left) && !run_truth(node.second, scope, right)) return false;
    auto const result = as_bool(combined(node.op, left, right));
    return !result || push(Item::of(*result));
}

bool Evaluation::run_binary(Node const& node, Scope const& scope) {
    auto const left = stack_.size();
    if (!run(node.first, scope)) return false;
    auto const right = stack_.size();
    if (!run(node.second, scope)) return false;
    auto truth = Truth::open;
    switch (node.op) {
        case Op::equal:
        case Op::not_equal:
            if (!equal_collections(left, right, truth)) return false;
            if (node.op == Op::not_equal && truth != Truth::open)
                truth = truth == Truth::yes ? Truth::no : Truth::yes;
            return replace(left, truth);
        case Op::equivalent:
        case Op::not_equivalent: {
            bool same = false;
            if (!equivalent_collections(left, right, same)) return false;
            return replace(left, Item::of(same == (node.op == Op::equivalent)));
        }
        case Op::unite: return make_distinct(left);
        case Op::concatenate: return concatenate(left, right);
        case Op::in:
        case Op::contains: {
            // The one item, and the range that it is looked for in.
            bool const in = node.op == Op::in;
            auto const one = in ? left : right;
            auto const size = in ? right - left : count(right);
            if (size == 0) return replace(left, Truth::open);
            if (size > 1) return refuse(Errc::invalid, "many items where one is looked for");
            bool found = false;
            auto const item = stack_[one];
            if (!is_among(item, in ? right : left, in ? stack_.size() : right, found)) return false;
            return replace(left, Item::of(found));
        }
        default: break;
    }
    if (right == left || stack_.size() == right) return replace(left, Truth::open);
    if (right - left > 1 || stack_.size() - right > 1)
        return refuse(Errc::invalid, "an operator between many items");
    auto const a = stack_[left];
    auto const b = stack_[right];
    if (node.op < Op::less) return calculate(node.op, left, a, b);
    auto const ordering = order(a, b);
    if (ordering == Ordering::not_comparable)
        return refuse(Errc::invalid, "types that have no order between them");
    if (ordering == Ordering::open) return replace(left, Truth::open);
    bool const less = ordering == Ordering::less;
    bool const equal = ordering == Ordering::equal;
    bool const result = node.op == Op::less            ? less
                        : node.op == Op::less_equal    ? less || equal
                        : node.op == Op::greater_equal ? !less
                                                       : !less && !equal;
    return replace(left, Item::of(result));
}

bool Evaluation::call(Node const& node, Scope const& scope) {
    Call const call{node, scope, stack_.size()};
    // iif() evaluates its input itself, as where() and the like do their conditions.
    if (node.first != kNone) {
        if (!run(node.first, scope)) return false;
        node_ = &node;
    } else if (scope.focus != nullptr && !push(*scope.focus)) {
        return false;
    }
    auto const function = node.function;
    if (function <= Function::not_) return call_existence(call);
    if (function <= Function::type) return call_collection(call);
    if (function <= Function::converts_to_string) return call_conversion(call);
    if (function <= Function::unescape) return call_string(call);
    if (function <= Function::comparable) return call_number(call);
    return call_fhir(call);
}

bool Evaluation::single_argument(Call const& call, std::size_t at, std::optional<Item>& out) {
    auto const base = stack_.size();
    if (!run(argument(call, at), call.scope)) return false;
    if (count(base) > 1) return refuse(Errc::invalid, "many items as an argument");
    if (count(base) == 1) out = system_value(stack_[base]);
    stack_.truncate(base);
    return true;
}

bool Evaluation::text_argument(Call const& call, std::size_t at,
                               std::optional<std::string_view>& out) {
    std::optional<Item> item;
    if (!single_argument(call, at, item)) return false;
    if (!item) return true;
    if (item->kind() != ItemKind::string)
        return refuse(Errc::invalid, "an argument that is no string");
    out = item->text();
    return true;
}

bool Evaluation::integer_argument(Call const& call, std::size_t at,
                                  std::optional<std::int64_t>& out) {
    std::optional<Item> item;
    if (!single_argument(call, at, item)) return false;
    if (!item) return true;
    if (item->kind() != ItemKind::integer)
        return refuse(Errc::invalid, "an argument that is no integer");
    out = item->integer();
    return true;
}

bool Evaluation::single_input(Call const& call, std::optional<Item>& out) {
    if (count(call.base) > 1)
        return refuse(Errc::invalid, "a function of one item applied to many");
    if (count(call.base) == 1) out = system_value(stack_[call.base]);
    return true;
}

Item Evaluation::system_value(Item const& item) {
    if (!item.is_element() || !item.is_primitive() || !item.has_value()) return item;
    auto const value = item.value();
    switch (value.kind()) {
        case json::Kind::boolean: return Item::of(value.boolean());
        case json::Kind::number: {
            auto const lexical = item.type()->lexical;
            if (lexical != Lexical::decimal) {
                if (auto const integer = value.integer()) return Item::of(*integer);
            }
            if (auto const number = Decimal::parse(value.raw())) return Item::of(*number);
            return item;
        }
        case json::Kind::string: break;
        default: return item;
    }
    auto text = value.raw_text();
    if (value.has_escapes()) {
        auto unescaped = value.text();
        auto const kept = keep(unescaped);
        scrub(unescaped);
        if (!kept) return item;
        text = *kept;
    }
    std::optional<Moment> moment;
    auto kind = MomentKind::date_time;
    switch (item.type()->lexical) {
        case Lexical::date:
            kind = MomentKind::date;
            moment = parse_date(text);
            break;
        case Lexical::date_time:
        case Lexical::instant: moment = parse_date_time(text); break;
        case Lexical::time:
            kind = MomentKind::time;
            moment = parse_time(text);
            break;
        default: break;
    }
    return moment ? Item::of(*moment, kind) : Item::of(text);
}

}  // namespace salus::fhir::fhirpath

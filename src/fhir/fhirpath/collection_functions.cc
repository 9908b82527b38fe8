// Filtering, projection, subsetting, combining
// (https://hl7.org/fhirpath/N1/#filtering-and-projection and what follows it).
#include <algorithm>
#include <numeric>
#include <unordered_set>
#include <vector>

#include "fhir/fhirpath/evaluation.h"

namespace salus::fhir::fhirpath {
namespace {

constexpr std::size_t kPairwiseItems = 16;

// Stable, and safe for keys whose order is partial (2018-03 and 2018-03-01), which std::sort is
// not: its comparisons must be consistent.
template <class Less>
void merge_sort(std::vector<std::size_t>& places, Less const& less) {
    auto const size = places.size();
    std::vector<std::size_t> merged(size);
    auto const at = [size](std::size_t place) {
        return static_cast<std::ptrdiff_t>(std::min(place, size));
    };
    for (std::size_t width = 1; width < size; width *= 2) {
        for (std::size_t from = 0; from < size; from += 2 * width) {
            auto const first = places.begin() + at(from);
            auto const middle = places.begin() + at(from + width);
            auto const last = places.begin() + at(from + 2 * width);
            std::merge(first, middle, middle, last, merged.begin() + at(from), less);
        }
        places.swap(merged);
    }
}

}  // namespace

bool Evaluation::call_collection(Call const& call) {
    switch (call.node.function) {
        case Function::where: return where(call);
        case Function::select: return select(call);
        case Function::repeat: return repeat(call);
        case Function::of_type: return of_type(call);
        case Function::single:
        case Function::first:
        case Function::last:
        case Function::tail:
        case Function::skip:
        case Function::take: return take_part(call);
        case Function::intersect:
        case Function::exclude:
        case Function::unite:
        case Function::combine: return combine(call);
        case Function::sort: return sort(call);
        case Function::aggregate: return aggregate(call);
        case Function::iif: return iif(call);
        case Function::trace: return true;  // what it would show may be ePHI
        case Function::is:
        case Function::as:
        case Function::type: return type_function(call);
        default: return refuse(Errc::internal, "a function in the wrong family");
    }
}

bool Evaluation::where(Call const& call) {
    auto const end = stack_.size();
    auto kept = call.base;
    for (auto i = call.base; i < end; ++i) {
        auto const item = stack_[i];
        auto truth = Truth::open;
        if (!run_truth(argument(call, 0), call.scope.at(item, i - call.base), truth)) return false;
        if (truth == Truth::yes) stack_[kept++] = item;
    }
    stack_.truncate(kept);
    return true;
}

bool Evaluation::select(Call const& call) {
    auto const end = stack_.size();
    for (auto i = call.base; i < end; ++i) {
        auto const item = stack_[i];
        if (!run(argument(call, 0), call.scope.at(item, i - call.base))) return false;
    }
    stack_.remove(call.base, end);
    return true;
}

// What the projection gives, and what it gives of that, until nothing new comes.
bool Evaluation::repeat(Call const& call) {
    auto const end = stack_.size();
    for (auto next = call.base; next < stack_.size(); ++next) {
        auto const item = stack_[next];
        auto const first_new = stack_.size();
        if (!run(argument(call, 0), call.scope.at(item, next - call.base))) return false;
        auto kept = first_new;
        auto const last_new = stack_.size();
        for (auto i = first_new; i < last_new; ++i) {
            auto const candidate = stack_[i];
            bool known = false;
            if (!is_among(candidate, end, kept, known)) return false;
            if (!known) stack_[kept++] = candidate;
        }
        stack_.truncate(kept);
    }
    stack_.remove(call.base, end);
    return true;
}

bool Evaluation::of_type(Call const& call) {
    auto const& type = program_.types[call.node.extra];
    auto kept = call.base;
    for (auto i = call.base; i < stack_.size(); ++i) {
        if (is_exactly(stack_[i], type)) stack_[kept++] = stack_[i];
    }
    stack_.truncate(kept);
    return true;
}

bool Evaluation::type_function(Call const& call) {
    if (call.node.function == Function::type) {
        for (auto i = call.base; i < stack_.size(); ++i) stack_[i] = type_of(stack_[i]);
        return true;
    }
    if (count(call.base) == 0) return true;
    if (count(call.base) > 1) return refuse(Errc::invalid, "the type of many items");
    auto const& type = program_.types[call.node.extra];
    if (call.node.function == Function::is)
        return replace(call.base, Item::of(is_of_type(stack_[call.base], type)));
    if (!is_exactly(stack_[call.base], type)) stack_.truncate(call.base);
    return true;
}

bool Evaluation::take_part(Call const& call) {
    auto const size = count(call.base);
    std::optional<std::int64_t> number;
    if (call.node.argument_count == 1) {
        if (!integer_argument(call, 0, number)) return false;
        if (!number) return refuse(Errc::invalid, "an argument that is missing");
    }
    auto const wanted = static_cast<std::size_t>(
        std::clamp<std::int64_t>(number.value_or(0), 0, static_cast<std::int64_t>(size)));
    switch (call.node.function) {
        case Function::single:
            return size <= 1 || refuse(Errc::invalid, "many items where one is asked for");
        case Function::first:
            if (size > 1) stack_.truncate(call.base + 1);
            return true;
        case Function::last:
            if (size > 1) stack_.remove(call.base, stack_.size() - 1);
            return true;
        case Function::tail:
            if (size > 0) stack_.remove(call.base, call.base + 1);
            return true;
        case Function::skip: stack_.remove(call.base, call.base + wanted); return true;
        default: stack_.truncate(call.base + wanted); return true;
    }
}

// Texts, of which there may be many (the ids of a whole resource), are told apart by their hashes.
bool Evaluation::make_distinct_texts(std::size_t base) {
    std::unordered_set<std::string_view> known;
    auto kept = base;
    for (auto i = base; i < stack_.size(); ++i) {
        if (!count_step()) return false;
        auto const item = stack_[i];
        auto const value = system_value(item);
        if (value.kind() != ItemKind::string)
            return refuse(Errc::too_large, "an expression that makes too much text");
        auto const text = value.text();
        charge(text.size() / 64);
        if (known.insert(text).second) stack_[kept++] = item;
    }
    stack_.truncate(kept);
    return true;
}

bool Evaluation::make_distinct(std::size_t base) {
    auto const items = stack_.from(base);
    bool const many = items.size() > kPairwiseItems;
    if (many && std::ranges::all_of(items, is_text_element)) return make_distinct_texts(base);
    auto kept = base;
    for (auto i = base; i < stack_.size(); ++i) {
        auto const item = stack_[i];
        bool known = false;
        if (!is_among(item, base, kept, known)) return false;
        if (!known) stack_[kept++] = item;
    }
    stack_.truncate(kept);
    return true;
}

bool Evaluation::combine(Call const& call) {
    auto const end = stack_.size();
    if (!run(argument(call, 0), call.scope)) return false;
    if (call.node.function == Function::combine) return true;
    if (call.node.function == Function::unite) return make_distinct(call.base);
    bool const wanted = call.node.function == Function::intersect;
    auto const last = stack_.size();
    auto kept = call.base;
    for (auto i = call.base; i < end; ++i) {
        auto const item = stack_[i];
        bool found = false;
        if (!is_among(item, end, last, found)) return false;
        if (found == wanted) stack_[kept++] = item;
    }
    stack_.truncate(kept);
    return !wanted || make_distinct(call.base);
}

bool Evaluation::aggregate(Call const& call) {
    auto const end = stack_.size();
    auto scope = call.scope;
    if (call.node.argument_count == 2 && !run(argument(call, 1), call.scope)) return false;
    scope.has_index = scope.has_total = true;
    for (auto i = call.base; i < end; ++i) {
        auto const item = stack_[i];
        scope.focus = &item;
        scope.index = static_cast<std::int64_t>(i - call.base);
        scope.total_first = end;
        scope.total_last = stack_.size();
        if (!run(argument(call, 0), scope)) return false;
        stack_.remove(end, scope.total_last);
    }
    stack_.remove(call.base, end);
    return true;
}

bool Evaluation::iif(Call const& call) {
    if (count(call.base) > 1) return refuse(Errc::invalid, "iif() applied to many items");
    auto scope = call.scope;
    Item focus;
    scope.focus = nullptr;
    if (count(call.base) == 1) {
        focus = stack_[call.base];
        scope.focus = &focus;
    }
    stack_.truncate(call.base);
    auto truth = Truth::open;
    if (!run_truth(argument(call, 0), scope, truth)) return false;
    if (truth == Truth::yes) return run(argument(call, 1), scope);
    return call.node.argument_count < 3 || run(argument(call, 2), scope);
}

// By each key in turn; a minus before a key turns its order round, also that of texts. Items
// without a key come first.
bool Evaluation::sort(Call const& call) {
    auto const size = count(call.base);
    std::size_t const keys = std::max<std::size_t>(call.node.argument_count, 1);
    std::vector<std::optional<Item>> key_of(size * keys);
    std::vector<bool> descending(keys);
    auto scope = call.scope;
    for (std::size_t i = 0; i < size; ++i) {
        auto const item = stack_[call.base + i];
        scope.focus = &item;
        if (call.node.argument_count == 0) key_of[i] = system_value(item);
        for (std::size_t k = 0; k < call.node.argument_count; ++k) {
            auto node = argument(call, k);
            descending[k] = program_.nodes[node].op == Op::negative;
            if (descending[k]) node = program_.nodes[node].first;
            auto const base = stack_.size();
            if (!run(node, scope)) return false;
            if (count(base) > 1) return refuse(Errc::invalid, "a key of many items");
            if (count(base) == 1) key_of[i * keys + k] = system_value(stack_[base]);
            stack_.truncate(base);
        }
    }
    std::vector<std::size_t> places(size);
    std::iota(places.begin(), places.end(), std::size_t{0});
    bool comparable_keys = true;
    merge_sort(places, [&](std::size_t a, std::size_t b) {
        for (std::size_t k = 0; k < keys; ++k) {
            auto const& left = key_of[a * keys + k];
            auto const& right = key_of[b * keys + k];
            if (left.has_value() != right.has_value()) return right.has_value();
            auto const ordering = left ? order(*left, *right) : Ordering::equal;
            if (ordering == Ordering::not_comparable) comparable_keys = false;
            if (ordering == Ordering::less) return !descending[k];
            if (ordering == Ordering::greater) return bool{descending[k]};
        }
        return false;
    });
    if (!comparable_keys) return refuse(Errc::invalid, "types that have no order between them");
    std::vector<Item> sorted;
    sorted.reserve(size);
    for (auto const place : places) sorted.push_back(stack_[call.base + place]);
    for (std::size_t i = 0; i < size; ++i) stack_[call.base + i] = sorted[i];
    return count_step(size * keys);
}

}  // namespace salus::fhir::fhirpath

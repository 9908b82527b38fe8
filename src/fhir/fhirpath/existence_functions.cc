// https://hl7.org/fhirpath/N1/#existence
#include "fhir/fhirpath/evaluation.h"

namespace salus::fhir::fhirpath {

bool Evaluation::call_existence(Call const& call) {
    auto const size = count(call.base);
    switch (call.node.function) {
        case Function::empty: return replace(call.base, Item::of(size == 0));
        case Function::exists: return exists(call);
        case Function::all: return all(call);
        case Function::all_true: return all_booleans(call, true, false);
        case Function::any_true: return all_booleans(call, true, true);
        case Function::all_false: return all_booleans(call, false, false);
        case Function::any_false: return all_booleans(call, false, true);
        case Function::subset_of:
        case Function::superset_of: return subset(call);
        case Function::count: return replace(call.base, Item::of(static_cast<std::int64_t>(size)));
        case Function::distinct: return make_distinct(call.base);
        case Function::is_distinct:
            return make_distinct(call.base) &&
                   replace(call.base, Item::of(count(call.base) == size));
        case Function::not_: return negate(call);
        default: return refuse(Errc::internal, "a function in the wrong family");
    }
}

bool Evaluation::any_item(Call const& call, bool fulfils, bool& found) {
    auto const end = stack_.size();
    for (auto i = call.base; i < end && !found; ++i) {
        auto const item = stack_[i];
        auto truth = Truth::open;
        if (!run_truth(argument(call, 0), call.scope.at(item, i - call.base), truth)) return false;
        found = (truth == Truth::yes) == fulfils;
    }
    return true;
}

bool Evaluation::exists(Call const& call) {
    if (call.node.argument_count == 0) return replace(call.base, Item::of(count(call.base) > 0));
    bool found = false;
    return any_item(call, true, found) && replace(call.base, Item::of(found));
}

bool Evaluation::all(Call const& call) {
    bool found = false;
    return any_item(call, false, found) && replace(call.base, Item::of(!found));
}

// any: one that is as wanted is enough.
bool Evaluation::all_booleans(Call const& call, bool wanted, bool any) {
    bool result = !any;
    for (auto i = call.base; i < stack_.size(); ++i) {
        auto const item = system_value(stack_[i]);
        if (item.kind() != ItemKind::boolean)
            return refuse(Errc::invalid, "an item that is not Boolean");
        if ((item.boolean() == wanted) == any) result = any;
    }
    return replace(call.base, Item::of(result));
}

bool Evaluation::subset(Call const& call) {
    auto const end = stack_.size();
    if (!run(argument(call, 0), call.scope)) return false;
    auto const last = stack_.size();
    bool const sub = call.node.function == Function::subset_of;
    auto const part_first = sub ? call.base : end;
    auto const part_last = sub ? end : last;
    auto const whole_first = sub ? end : call.base;
    auto const whole_last = sub ? last : end;
    bool found = true;
    for (auto i = part_first; i < part_last && found; ++i) {
        auto const item = stack_[i];
        if (!is_among(item, whole_first, whole_last, found)) return false;
    }
    return replace(call.base, Item::of(found));
}

bool Evaluation::negate(Call const& call) {
    auto truth = Truth::open;
    if (!truth_of(call.base, truth)) return false;
    if (truth != Truth::open) truth = truth == Truth::yes ? Truth::no : Truth::yes;
    return replace(call.base, truth);
}

}  // namespace salus::fhir::fhirpath

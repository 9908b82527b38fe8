#include "fhir/fhirpath/functions.h"

#include <algorithm>
#include <array>

namespace salus::fhir::fhirpath {
namespace {

using F = Function;

// Sorted by name.
constexpr auto kFunctions = [] {
    std::array forms{
        FunctionForm{"empty", F::empty, 0, 0},
        FunctionForm{"exists", F::exists, 0, 1},
        FunctionForm{"all", F::all, 1, 1},
        FunctionForm{"allTrue", F::all_true, 0, 0},
        FunctionForm{"anyTrue", F::any_true, 0, 0},
        FunctionForm{"allFalse", F::all_false, 0, 0},
        FunctionForm{"anyFalse", F::any_false, 0, 0},
        FunctionForm{"subsetOf", F::subset_of, 1, 1},
        FunctionForm{"supersetOf", F::superset_of, 1, 1},
        FunctionForm{"count", F::count, 0, 0},
        FunctionForm{"distinct", F::distinct, 0, 0},
        FunctionForm{"isDistinct", F::is_distinct, 0, 0},
        FunctionForm{"not", F::not_, 0, 0},
        FunctionForm{"where", F::where, 1, 1},
        FunctionForm{"select", F::select, 1, 1},
        FunctionForm{"repeat", F::repeat, 1, 1},
        FunctionForm{"ofType", F::of_type, 1, 1},
        FunctionForm{"single", F::single, 0, 0},
        FunctionForm{"first", F::first, 0, 0},
        FunctionForm{"last", F::last, 0, 0},
        FunctionForm{"tail", F::tail, 0, 0},
        FunctionForm{"skip", F::skip, 1, 1},
        FunctionForm{"take", F::take, 1, 1},
        FunctionForm{"intersect", F::intersect, 1, 1},
        FunctionForm{"exclude", F::exclude, 1, 1},
        FunctionForm{"union", F::unite, 1, 1},
        FunctionForm{"combine", F::combine, 1, 1},
        FunctionForm{"sort", F::sort, 0, 8},
        FunctionForm{"aggregate", F::aggregate, 1, 2},
        FunctionForm{"iif", F::iif, 2, 3},
        FunctionForm{"trace", F::trace, 1, 2},
        FunctionForm{"is", F::is, 1, 1},
        FunctionForm{"as", F::as, 1, 1},
        FunctionForm{"type", F::type, 0, 0},
        FunctionForm{"toBoolean", F::to_boolean, 0, 0},
        FunctionForm{"toInteger", F::to_integer, 0, 0},
        FunctionForm{"toDecimal", F::to_decimal, 0, 0},
        FunctionForm{"toDate", F::to_date, 0, 0},
        FunctionForm{"toDateTime", F::to_date_time, 0, 0},
        FunctionForm{"toTime", F::to_time, 0, 0},
        FunctionForm{"toQuantity", F::to_quantity, 0, 1},
        FunctionForm{"toString", F::to_string, 0, 0},
        FunctionForm{"convertsToBoolean", F::converts_to_boolean, 0, 0},
        FunctionForm{"convertsToInteger", F::converts_to_integer, 0, 0},
        FunctionForm{"convertsToDecimal", F::converts_to_decimal, 0, 0},
        FunctionForm{"convertsToDate", F::converts_to_date, 0, 0},
        FunctionForm{"convertsToDateTime", F::converts_to_date_time, 0, 0},
        FunctionForm{"convertsToTime", F::converts_to_time, 0, 0},
        FunctionForm{"convertsToQuantity", F::converts_to_quantity, 0, 1},
        FunctionForm{"convertsToString", F::converts_to_string, 0, 0},
        FunctionForm{"indexOf", F::index_of, 1, 1},
        FunctionForm{"lastIndexOf", F::last_index_of, 1, 1},
        FunctionForm{"substring", F::substring, 1, 2},
        FunctionForm{"startsWith", F::starts_with, 1, 1},
        FunctionForm{"endsWith", F::ends_with, 1, 1},
        FunctionForm{"contains", F::contains, 1, 1},
        FunctionForm{"upper", F::upper, 0, 0},
        FunctionForm{"lower", F::lower, 0, 0},
        FunctionForm{"replace", F::replace, 2, 2},
        FunctionForm{"matches", F::matches, 1, 1},
        FunctionForm{"matchesFull", F::matches_full, 1, 1},
        FunctionForm{"replaceMatches", F::replace_matches, 2, 2},
        FunctionForm{"length", F::length, 0, 0},
        FunctionForm{"toChars", F::to_chars, 0, 0},
        FunctionForm{"trim", F::trim, 0, 0},
        FunctionForm{"split", F::split, 1, 1},
        FunctionForm{"join", F::join, 0, 1},
        FunctionForm{"encode", F::encode, 1, 1},
        FunctionForm{"decode", F::decode, 1, 1},
        FunctionForm{"escape", F::escape, 1, 1},
        FunctionForm{"unescape", F::unescape, 1, 1},
        FunctionForm{"abs", F::abs, 0, 0},
        FunctionForm{"ceiling", F::ceiling, 0, 0},
        FunctionForm{"exp", F::exp, 0, 0},
        FunctionForm{"floor", F::floor, 0, 0},
        FunctionForm{"ln", F::ln, 0, 0},
        FunctionForm{"log", F::log, 1, 1},
        FunctionForm{"power", F::power, 1, 1},
        FunctionForm{"round", F::round, 0, 1},
        FunctionForm{"sqrt", F::sqrt, 0, 0},
        FunctionForm{"truncate", F::truncate, 0, 0},
        FunctionForm{"lowBoundary", F::low_boundary, 0, 1},
        FunctionForm{"highBoundary", F::high_boundary, 0, 1},
        FunctionForm{"precision", F::precision, 0, 0},
        FunctionForm{"comparable", F::comparable, 1, 1},
        FunctionForm{"children", F::children, 0, 0},
        FunctionForm{"descendants", F::descendants, 0, 0},
        FunctionForm{"now", F::now, 0, 0},
        FunctionForm{"timeOfDay", F::time_of_day, 0, 0},
        FunctionForm{"today", F::today, 0, 0},
        FunctionForm{"extension", F::extension, 1, 1},
        FunctionForm{"hasValue", F::has_value, 0, 0},
        FunctionForm{"getValue", F::get_value, 0, 0},
        FunctionForm{"resolve", F::resolve, 0, 0},
        FunctionForm{"checkModifiers", F::check_modifiers, 0, 8},
        FunctionForm{"conformsTo", F::conforms_to, 1, 1},
        FunctionForm{"memberOf", F::member_of, 1, 1},
        FunctionForm{"htmlChecks", F::html_checks, 0, 0},
    };
    std::ranges::sort(forms, {}, &FunctionForm::name);
    return forms;
}();

constexpr std::array<std::string_view, 6> kRefused = {
    "elementDefinition", "slice", "subsumes", "subsumedBy", "htmlChecks2", "defineVariable"};

}  // namespace

FunctionForm const* find_function(std::string_view name) noexcept {
    auto const* const found = std::ranges::lower_bound(kFunctions, name, {}, &FunctionForm::name);
    return found != kFunctions.end() && found->name == name ? found : nullptr;
}

bool is_refused_function(std::string_view name) noexcept {
    return std::ranges::find(kRefused, name) != kRefused.end();
}

bool applies_arguments(Function function) noexcept {
    switch (function) {
        case Function::where:
        case Function::select:
        case Function::exists:
        case Function::all:
        case Function::repeat:
        case Function::sort:
        case Function::iif:
        case Function::trace:
        case Function::aggregate: return true;
        default: return false;
    }
}

}  // namespace salus::fhir::fhirpath

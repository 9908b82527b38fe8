// The names of FHIRPath's functions and how many arguments they take. Private to the engine.
#pragma once

#include <cstdint>
#include <string_view>

namespace salus::fhir::fhirpath {

enum class Function : std::uint8_t {
    none,
    // existence
    empty,
    exists,
    all,
    all_true,
    any_true,
    all_false,
    any_false,
    subset_of,
    superset_of,
    count,
    distinct,
    is_distinct,
    not_,
    // filtering, subsetting, combining
    where,
    select,
    repeat,
    of_type,
    single,
    first,
    last,
    tail,
    skip,
    take,
    intersect,
    exclude,
    unite,
    combine,
    sort,
    aggregate,
    iif,
    trace,
    // types
    is,
    as,
    type,
    // conversion
    to_boolean,
    to_integer,
    to_decimal,
    to_date,
    to_date_time,
    to_time,
    to_quantity,
    to_string,
    converts_to_boolean,
    converts_to_integer,
    converts_to_decimal,
    converts_to_date,
    converts_to_date_time,
    converts_to_time,
    converts_to_quantity,
    converts_to_string,
    // strings
    index_of,
    last_index_of,
    substring,
    starts_with,
    ends_with,
    contains,
    upper,
    lower,
    replace,
    matches,
    matches_full,
    replace_matches,
    length,
    to_chars,
    trim,
    split,
    join,
    encode,
    decode,
    escape,
    unescape,
    // numbers
    abs,
    ceiling,
    exp,
    floor,
    ln,
    log,
    power,
    round,
    sqrt,
    truncate,
    low_boundary,
    high_boundary,
    precision,
    comparable,
    // trees
    children,
    descendants,
    // time
    now,
    time_of_day,
    today,
    // FHIR
    extension,
    has_value,
    get_value,
    resolve,
    check_modifiers,
    conforms_to,
    member_of,
    html_checks,
};

struct FunctionForm {
    std::string_view name;
    Function id;
    std::uint8_t least;
    std::uint8_t most;
};

// nullptr: no such function.
[[nodiscard]] FunctionForm const* find_function(std::string_view name) noexcept;

// Named by a specification and not offered: refused with this reason at compile time.
[[nodiscard]] bool is_refused_function(std::string_view name) noexcept;

// Whether its arguments are applied to each item of its input, which `$this` is then.
[[nodiscard]] bool applies_arguments(Function function) noexcept;

}  // namespace salus::fhir::fhirpath

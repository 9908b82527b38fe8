// What the definitions demand beyond structure, as constant tables: value sets of required and
// maximum bindings (https://hl7.org/fhir/R4/terminologies.html#strength), targets of references,
// and invariants (https://hl7.org/fhir/R4/conformance-rules.html#constraints).
// Thread safety: constants.
#pragma once

#include <cstdint>
#include <span>

#include "foundation/literal.h"

namespace salus::fhir {

struct Type;

struct CodeList {
    Literal system;
    std::span<Literal const> codes;  // sorted
};

struct ValueSet {
    Literal url;
    bool complete;  // false: it needs a code system that the definitions do not carry; no lists
    std::span<CodeList const> lists;
};

enum class Severity : std::uint8_t { error, warning };

// How a constraint is decided.
enum class Check : std::uint8_t {
    expression,        // by its presence program, and by its FHIRPath expression if that cannot
    contained_target,  // "#x" names a contained resource (ref-1)
    contained_use,     // each contained resource is used (dom-3)
    distinct_entries,  // no fullUrl twice, or other versions (bdl-7): there may be many
};

struct Constraint {
    Literal key;
    Literal human;
    Literal expression;
    Severity severity;
    Check check;
    std::span<std::uint8_t const> presence;  // fhir/presence.h; empty: it decides nothing
};

struct ElementRules {
    ValueSet const* values;                          // nullptr: nothing is required
    std::span<Type const* const> targets;            // of a Reference; empty: any
    std::span<Constraint const* const> constraints;  // beside those of the element's type
};

// Whether the set has the code, in whatever system: for an element of type code, whose system is
// implied. REQUIRES: complete.
[[nodiscard]] bool has_code(ValueSet const& set, std::string_view code) noexcept;
[[nodiscard]] bool has_coding(ValueSet const& set, std::string_view system,
                              std::string_view code) noexcept;

}  // namespace salus::fhir

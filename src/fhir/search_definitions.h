// Search parameters (https://hl7.org/fhir/R4/searchparameter-registry.html) as constant tables: the
// search part of fhir/definitions.h, which includes this. Thread safety: constants.
#pragma once

#include <cstdint>
#include <span>

#include "foundation/literal.h"

namespace salus::fhir {

struct Type;

// DO NOT CHANGE the order: index entries hold these numbers.
enum class ParameterType : std::uint8_t {
    token,
    date,
    string,
    reference,
    uri,
    number,
    quantity,
    composite,
    special,
};

// One plain path from a resource, or from a composite's place, to values. Steps are JSON names.
struct SearchPath {
    std::span<Literal const> steps;
    Type const* leaf;
    Type const* target;       // only references to this type; nullptr: to any
    std::uint8_t where_step;  // after this many steps, only objects whose where_name is where_value
    Literal where_name;       // empty: no such filter
    Literal where_value;
};

struct SearchComponent {
    ParameterType type;
    bool from_resource;  // paths begin at the resource, not at the composite's place
    std::span<SearchPath const> paths;
};

// A place that holds the components of a composite side by side.
struct SearchTuple {
    std::span<Literal const> steps;  // none: the resource itself
    std::span<SearchComponent const> components;
};

struct SearchParameter {
    Literal name;
    ParameterType type;
    std::span<SearchPath const> paths;
    std::span<SearchTuple const> tuples;  // of a composite; each has components of the same types
    Literal expression;                   // FHIRPath, where neither paths nor tuples say it
    // Top-level elements that it reads, by their JSON names: who may not see them may not search.
    std::span<Literal const> elements;
    std::span<Type const* const> targets;  // of a reference; none: any type

    // FHIR defines some that cannot be evaluated: searching by text, near.
    [[nodiscard]] bool offered() const noexcept {
        return !paths.empty() || !tuples.empty() || !expression.empty();
    }
};

}  // namespace salus::fhir

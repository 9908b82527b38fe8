// Search parameters (https://hl7.org/fhir/R4/searchparameter-registry.html) as constant tables: the
// search part of fhir/definitions.h, which includes this. Thread safety: constants.
#pragma once

#include <cstdint>
#include <span>

#include "foundation/literal.h"
#include "foundation/result.h"

namespace salus::fhir {

struct Type;
struct LoadedExpression;

// The name of a search parameter: of the tables, or of a package that an operator loaded, whose
// LoadedParameters it then borrows. Never text of a request.
class ParameterName {
public:
    constexpr ParameterName() = default;
    constexpr ParameterName(Literal name)  // NOLINT(google-explicit-constructor): widens nothing
        : text_(name.text()), literal_(name) {}
    template <std::size_t Size>
    consteval ParameterName(char const (&name)[Size])  // NOLINT(google-explicit-constructor)
        : ParameterName(Literal(name)) {}

    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }
    // Where an error says that something is wrong. Errors are made of Literals: the name of a
    // package's parameter is none, and the place stays empty.
    [[nodiscard]] Location location() const { return Location(literal_); }
    friend constexpr bool operator==(ParameterName a, ParameterName b) noexcept {
        return a.text_ == b.text_;
    }

private:
    friend class LoadedParameters;
    explicit constexpr ParameterName(std::string_view loaded) : text_(loaded) {}
    std::string_view text_;
    Literal literal_;
};

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
    ParameterName name;
    ParameterType type;
    std::span<SearchPath const> paths;
    std::span<SearchTuple const> tuples;  // of a composite; each has components of the same types
    Literal expression;                   // FHIRPath, where neither paths nor tuples say it
    // Top-level elements that it reads, by their JSON names: who may not see them may not search.
    std::span<Literal const> elements;
    std::span<Type const* const> targets;  // of a reference; none: any type
    // Of a package: in the place of paths, of those of the tuples' components, and of expression.
    LoadedExpression const* loaded = nullptr;

    // FHIR defines some that cannot be evaluated: searching by text, near.
    [[nodiscard]] bool offered() const noexcept {
        return !paths.empty() || !tuples.empty() || !expression.empty() || loaded != nullptr;
    }
};

}  // namespace salus::fhir

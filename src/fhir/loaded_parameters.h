// Search parameters that packages bring (https://hl7.org/fhir/R4/searchparameter.html), compiled;
// made by packages/parameter_reader.h. They stand behind FHIR's own, whose names they cannot take.
//
// Index entries and pages carry the stamp of the definitions that their values were found by: a
// digest of all loaded parameters of the type. Values under another stamp are never looked at.
// Thread safety: immutable.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "fhir/definitions.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/search_vocabulary.h"

namespace salus::fhir {

// Shared by the types of a parameter whose base is abstract.
using SharedExpression = std::shared_ptr<fhirpath::Expression const>;

struct LoadedExpression {
    SharedExpression values;                   // of a composite: its places
    std::vector<SharedExpression> components;  // of a composite, applied to each place
    // What the definition restricts its use to; nothing: whatever its type offers.
    std::optional<std::vector<SearchModifier>> modifiers{};
    std::optional<std::vector<SearchPrefix>> prefixes{};

    [[nodiscard]] bool allows(SearchModifier modifier) const noexcept;
    [[nodiscard]] bool allows(SearchPrefix prefix) const noexcept;
};

// A parameter of one type with all that its table row borrows.
struct LoadedParameter {
    Type const* base = nullptr;
    std::string code;
    std::string url;
    ParameterType type = ParameterType::token;
    LoadedExpression expression;
    std::vector<Literal> elements;  // none: who may not see the whole resource may not search
    std::vector<Type const*> targets;
    std::vector<SearchComponent> components{};  // of a composite: their types
    std::string text;  // what its values depend on: type and expressions, as written
};

// Of a text, so that different texts have different ones.
using DefinitionDigest = std::string (*)(std::string_view);
inline constexpr std::size_t kStampBytes = 16;

class LoadedParameters {
public:
    // REQUIRES: each code once for a type, and none that the type has by the tables. The digest has
    // kStampBytes at least.
    LoadedParameters(std::vector<LoadedParameter> parameters, DefinitionDigest digest);
    LoadedParameters(LoadedParameters const&) = delete;
    LoadedParameters& operator=(LoadedParameters const&) = delete;

    struct OfType {
        std::vector<SearchParameter> parameters;  // sorted by name
        std::string stamp;
    };
    // nullptr: none of this type.
    [[nodiscard]] OfType const* of(Type const& type) const noexcept;
    // Of all types: equal for definitions that mean the same.
    [[nodiscard]] std::string const& digest() const noexcept { return digest_; }
    // In order of type and code.
    [[nodiscard]] std::deque<LoadedParameter> const& all() const noexcept { return all_; }
    // Its canonical address. REQUIRES: a parameter of these.
    [[nodiscard]] std::string const& url(SearchParameter const& parameter) const;

private:
    std::deque<LoadedParameter> all_;
    std::deque<SearchTuple> tuples_;
    std::unordered_map<Type const*, OfType> types_;
    std::string digest_;
};

// Shared by the tenant, and by the queries and opened indexes that were made with it.
using LoadedParametersPointer = std::shared_ptr<LoadedParameters const>;

// All search parameters of a type: FHIR's own, then those of packages. Borrows both.
class TypeParameters {
public:
    explicit TypeParameters(Type const& type, LoadedParameters const* loaded = nullptr);

    [[nodiscard]] std::size_t size() const noexcept { return own_.size() + loaded_.size(); }
    [[nodiscard]] SearchParameter const& at(std::size_t position) const noexcept {
        return position < own_.size() ? own_[position] : loaded_[position - own_.size()];
    }
    [[nodiscard]] std::span<SearchParameter const> loaded() const noexcept { return loaded_; }
    // Empty: none is loaded.
    [[nodiscard]] std::string_view stamp() const noexcept { return stamp_; }
    // nullptr: there is none of this name.
    [[nodiscard]] SearchParameter const* find(std::string_view name) const noexcept;
    [[nodiscard]] std::optional<std::size_t> find_loaded(std::string_view name) const noexcept;
    // REQUIRES: one of these.
    [[nodiscard]] std::size_t position(SearchParameter const& parameter) const noexcept;

private:
    Type const* type_;
    std::span<SearchParameter const> own_;
    std::span<SearchParameter const> loaded_;
    std::string_view stamp_;
};

}  // namespace salus::fhir

#include "fhir/search_names.h"

#include <algorithm>
#include <array>

namespace salus::fhir {
namespace {

// Defined by FHIR for every type, and not offered.
constexpr auto kNotOffered = std::to_array<std::string_view>(
    {"_filter", "_list", "_contained", "_containedType", "_type", "_score"});
constexpr auto kShapes =
    std::to_array<std::string_view>({"_sort", "_elements", "fields", "_include", "_revinclude",
                                     "_count", "_summary", "_total", "_format"});
// search.html#modifiers
constexpr auto kModifiers =
    std::to_array<std::string_view>({"text", "in", "not-in", "above", "below", "not", "exact",
                                     "contains", "of-type", "identifier"});

template <std::size_t Size>
bool contains(std::array<std::string_view, Size> const& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

bool reads_identifiers(SearchParameter const* parameter) {
    return parameter != nullptr && std::ranges::any_of(parameter->paths, [](auto const& path) {
               return path.leaf->name == Literal("Identifier");
           });
}

std::optional<SearchModifier> offered_modifier(KnownParameter const& known, std::string_view name) {
    auto const type = known.type;
    if (name == "missing") return SearchModifier::missing;
    if (type == ParameterType::token && name == "not") return SearchModifier::is_not;
    if (name == "of-type" && reads_identifiers(known.parameter)) return SearchModifier::of_type;
    if (type == ParameterType::string && name == "exact") return SearchModifier::exact;
    if (type == ParameterType::string && name == "contains") return SearchModifier::contains;
    if (type == ParameterType::uri && name == "below") return SearchModifier::below;
    if (type == ParameterType::uri && name == "above") return SearchModifier::above;
    if (type == ParameterType::reference && name == "identifier") return SearchModifier::identifier;
    return std::nullopt;
}

}  // namespace

std::optional<KnownParameter> find_known(Type const& type, std::string_view name,
                                         LoadedParameters const* loaded) {
    if (name == "_id") return KnownParameter{"_id", ParameterType::token, nullptr};
    if (name == "_lastUpdated") return KnownParameter{"_lastUpdated", ParameterType::date, nullptr};
    auto const* parameter = TypeParameters(type, loaded).find(name);
    if (parameter == nullptr) return std::nullopt;
    return KnownParameter{parameter->name, parameter->type, parameter};
}

Result<KnownParameter> find_offered(Type const& type, std::string_view name,
                                    LoadedParameters const* loaded) {
    auto const known = find_known(type, name, loaded);
    bool const offered = known && (known->parameter == nullptr || known->parameter->offered());
    if (offered) return *known;
    if (known || contains(kNotOffered, name))
        return fail(Errc::not_supported, "this search parameter is not offered");
    return fail(Errc::invalid, "unknown search parameter");
}

bool is_sortable(KnownParameter const& known) {
    return known.type != ParameterType::composite &&
           (known.parameter == nullptr || known.parameter->offered());
}

bool is_shape(std::string_view name) {
    return contains(kShapes, name);
}

Result<WrittenModifier> find_modifier(KnownParameter const& known, std::string_view name) {
    WrittenModifier written;
    if (auto const modifier = offered_modifier(known, name)) {
        written.modifier = *modifier;
        auto const* loaded = known.parameter == nullptr ? nullptr : known.parameter->loaded;
        if (loaded != nullptr && !loaded->allows(*modifier))
            return fail(Errc::not_supported, "the definition does not allow this modifier");
        return written;
    }
    if (known.type == ParameterType::reference) {
        written.target = find_resource_type(name);
        if (written.target != nullptr) return written;
    }
    bool const defined = contains(kModifiers, name);
    return fail(Error{defined ? Errc::not_supported : Errc::invalid, "unsupported modifier",
                      known.name.location()});
}

}  // namespace salus::fhir

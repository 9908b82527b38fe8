// The names that a search may use: parameters and modifiers. Private to the room.
#pragma once

#include "fhir/search.h"

namespace salus::fhir {

struct KnownParameter {
    ParameterName name;
    ParameterType type;
    SearchParameter const* parameter;  // nullptr: _id, _lastUpdated
};

// `loaded`: of packages; nullptr: none.
[[nodiscard]] std::optional<KnownParameter> find_known(Type const& type, std::string_view name,
                                                       LoadedParameters const* loaded);
// Errc::invalid: FHIR has none of this name. Errc::not_supported: it is not offered.
[[nodiscard]] Result<KnownParameter> find_offered(Type const& type, std::string_view name,
                                                  LoadedParameters const* loaded);
[[nodiscard]] bool is_sortable(KnownParameter const& known);
// Whether it shapes the answer and filters nothing.
[[nodiscard]] bool is_shape(std::string_view name);

struct WrittenModifier {
    SearchModifier modifier = SearchModifier::none;
    Type const* target = nullptr;  // :Type, of a reference
};
// Errc::invalid, Errc::not_supported.
[[nodiscard]] Result<WrittenModifier> find_modifier(KnownParameter const& known,
                                                    std::string_view name);

}  // namespace salus::fhir

// Literal references (https://hl7.org/fhir/R4/references.html#literal). Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "fhir/definitions.h"

namespace salus::fhir {

// Type/id, perhaps with /_history/version, on this server.
struct LocalReference {
    Type const* type;
    std::string_view id;       // borrows the text that was parsed
    std::string_view version;  // empty: none
};

// Nothing if it is a fragment, an absolute address, a search, or malformed.
[[nodiscard]] std::optional<LocalReference> parse_local_reference(std::string_view text) noexcept;
// Of any literal form; conditional references (Type?criteria) included.
[[nodiscard]] bool is_literal_reference(std::string_view text) noexcept;

// Has a scheme.
[[nodiscard]] bool is_absolute_uri(std::string_view text) noexcept;
// The type that a reference names: Type/id, .../Type/id, both perhaps with a version, or
// Type?criteria. nullptr: it names none.
[[nodiscard]] Type const* type_of_reference(std::string_view text) noexcept;

}  // namespace salus::fhir

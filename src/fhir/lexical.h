// The lexical rules of FHIR's primitive types (https://hl7.org/fhir/R4/datatypes.html#primitive).
// Thread safety: pure functions.
#pragma once

#include "fhir/definitions.h"
#include "foundation/result.h"
#include "json/document.h"

namespace salus::fhir {

// The JSON kind and the spelling of a primitive value. Errc::invalid; the error never holds the
// value. xhtml is checked as narrative (fhir/narrative.h).
[[nodiscard]] Result<void> check_primitive(json::Value value, Lexical lexical);

// Only for lexical forms that are text.
[[nodiscard]] bool is_spelled_as(Lexical lexical, std::string_view text);
[[nodiscard]] bool is_id(std::string_view text) noexcept;

}  // namespace salus::fhir

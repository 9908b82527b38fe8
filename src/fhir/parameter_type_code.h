// The codes of search parameter types, as conformance resources spell them
// (https://hl7.org/fhir/R4/valueset-search-param-type.html). Private to the room.
#pragma once

#include <string_view>

#include "fhir/search_definitions.h"

namespace salus::fhir {

[[nodiscard]] constexpr std::string_view code_of(ParameterType type) noexcept {
    switch (type) {
        case ParameterType::token: return "token";
        case ParameterType::date: return "date";
        case ParameterType::string: return "string";
        case ParameterType::reference: return "reference";
        case ParameterType::uri: return "uri";
        case ParameterType::number: return "number";
        case ParameterType::quantity: return "quantity";
        case ParameterType::composite: return "composite";
        case ParameterType::special: return "special";
    }
    return "";
}

}  // namespace salus::fhir

// Conditional references (https://hl7.org/fhir/R4/http.html#trules): Reference.reference that is
// Type?criteria. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "json/document.h"

namespace salus::operations {

// Adds each one once; stops beyond limits::kConditionalReferences.
void find_conditional_references(json::Value value, std::vector<std::string>& found);

}  // namespace salus::operations

// What a Questionnaire's items must satisfy beyond its definition
// (https://hl7.org/fhir/R4/questionnaire.html). Private to the room. Thread safety: pure functions
// but for the Reporter.
#pragma once

#include "fhir/element_path.h"
#include "json/document.h"

namespace salus::fhir {

// `path` stands at the Questionnaire.
void check_questionnaire(json::Value questionnaire, ElementPath& path, Reporter& report);

}  // namespace salus::fhir

// Resources that describe an API or a terminology, against the specification that they refer to.
// Private to the room. Thread safety: pure functions but for the Reporter.
#pragma once

#include "fhir/element_path.h"
#include "json/document.h"

namespace salus::fhir {

// CapabilityStatement: the type of a search parameter is the one of its definition
// (https://hl7.org/fhir/R4/capabilitystatement-definitions.html, searchParam.definition); a
// warning, because HL7's own examples differ. SearchParameter: a derived parameter has the type of
// what it is derived from, and none but its base types
// (https://hl7.org/fhir/R4/searchparameter-definitions.html, derivedFrom). CodeSystem: what
// supplements another code system says so in its content
// (https://hl7.org/fhir/R4/codesystem.html#supplements); properties have codes of their own.
// ValueSet: what a filter looks for is true or false where it can be nothing else
// (https://hl7.org/fhir/R4/valueset-definitions.html#ValueSet.compose.include.filter.value,
// https://hl7.org/fhir/R4/codesystem-concept-properties.html). StructureDefinition: a constraint
// names elements of its type (fhir/constraint_paths.h).
// Of other types nothing. `path` stands at the resource.
void check_conformance_resource(json::Value resource, Type const& type, ElementPath& path,
                                Reporter& report);

}  // namespace salus::fhir

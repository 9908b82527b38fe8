// The values that FHIRPath finds where a search parameter is no plain path. Private to the room.
#pragma once

#include "fhir/index_values.h"

namespace salus::fhir {

// What the parameter's expression says of this resource goes to the writer. An evaluation that is
// refused leaves no value: the resource is then not found by this parameter.
void add_expression_values(ValueWriter& values, json::Value resource,
                           SearchParameter const& parameter);

}  // namespace salus::fhir

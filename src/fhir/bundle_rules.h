// What a Bundle must satisfy beyond its definition (https://hl7.org/fhir/R4/bundle.html). Private
// to the room. Thread safety: pure functions but for the Reporter.
#pragma once

#include "fhir/element_path.h"
#include "json/document.h"

namespace salus::fhir {

// No two entries have the same fullUrl and meta.versionId, but in a history (bdl-7).
[[nodiscard]] bool has_distinct_entries(json::Value bundle);
// `path` stands at the Bundle.
void check_bundle(json::Value bundle, ElementPath& path, Reporter& report);

}  // namespace salus::fhir

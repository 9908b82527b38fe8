// What documents and messages must hold together: what a Composition or MessageHeader names is in
// the Bundle, and a document holds nothing that has no part in it
// (https://hl7.org/fhir/R4/documents.html#content, https://hl7.org/fhir/R4/messageheader.html).
// Private to the room. Thread safety: pure functions but for the Reporter.
#pragma once

#include "fhir/element_path.h"
#include "json/document.h"

namespace salus::fhir {

// `entries` of a document or message; `path` stands at Bundle.entry.
void check_document_entries(json::Value entries, ElementPath& path, Reporter& report);
void check_message_entries(json::Value entries, ElementPath& path, Reporter& report);

}  // namespace salus::fhir

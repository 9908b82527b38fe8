// Rules about single values of a resource that is structurally sound: bindings, references, URIs.
// Private to the room. Thread safety: pure functions but for the Reporter.
#pragma once

#include "fhir/definitions.h"
#include "fhir/element_path.h"
#include "fhir/local_references.h"
#include "fhir/profiles/profile.h"
#include "json/document.h"

namespace salus::fhir {

// A value of a required or maximum binding: a code, Coding, CodeableConcept, string or uri.
void check_binding(json::Value value, Type const& type, ValueSet const& values, Reporter& report);
// Whether it is a value of the set: a code, Coding, CodeableConcept, Quantity, string or uri.
[[nodiscard]] bool is_bound(json::Value value, Type const& type, ValueSet const& values);
[[nodiscard]] bool is_bound(json::Value value, Type const& type, LoadedValueSet const& values);
// A code that has extensions instead of a value: a required binding needs the code.
void check_absent_code(json::Value extended, Element const& element, Reporter& report);
// A uri, url, canonical, oid or uuid (https://hl7.org/fhir/R4/datatypes.html#uri).
void check_uri(json::Value value, Element const& element, Reporter& report);
// A Reference, at which `path` stands: its literal form, and that it may point to what it says it
// points to.
void check_reference(json::Value value, std::span<Type const* const> targets,
                     LocalReferences& local, ElementPath& path, Reporter& report);
// An Attachment that has its data says how many octets they are, if it does
// (https://hl7.org/fhir/R4/datatypes.html#Attachment).
void check_attachment(json::Value value, Reporter& report);
// Whether an object has a value[x] of another name than these two.
[[nodiscard]] bool holds_other_value(json::Value holder, std::string_view name,
                                     std::string_view other = {});
// Text that a browser would run, and HTML in markdown, which has none here
// (https://hl7.org/fhir/R4/datatypes.html#markdown, security.html#narrative).
void check_text(json::Value value, Lexical lexical, Reporter& report);

// What a reference says about the type of its target; nullptr: nothing.
[[nodiscard]] Type const* stated_type(json::Value reference, LocalReferences& local);

}  // namespace salus::fhir

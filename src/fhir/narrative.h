// Narrative (https://hl7.org/fhir/R4/narrative.html#xhtml): a well-formed <div> made of the tags
// and attributes that FHIR allows, so that showing it runs nothing: no script, frame, form, object,
// event handler, or address of another kind than web, mail, telephone, embedded image or fragment.
// Thread safety: pure function.
#pragma once

#include <string_view>

#include "foundation/result.h"

namespace salus::fhir {

// Errc::invalid with a reason.
[[nodiscard]] Result<void> check_narrative(std::string_view xhtml);

}  // namespace salus::fhir

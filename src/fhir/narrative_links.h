// Links inside of narrative (https://hl7.org/fhir/R4/narrative.html): "#x" leads to something that
// is there. Private to the room. Thread safety: pure functions.
#pragma once

#include <span>

#include "json/document.h"

namespace salus::fhir {

// Whether an XHTML text may hold a link of this kind: a quick look.
[[nodiscard]] bool may_link_inside(json::Value xhtml) noexcept;
// Whether each link "#x" of the narratives leads to an id or name in one of them, or to a part of
// the whole that has this id.
[[nodiscard]] bool links_lead_somewhere(std::span<json::Value const> narratives, json::Value whole);

}  // namespace salus::fhir

// FHIR Period (https://hl7.org/fhir/R4/datatypes.html#Period): whether a moment lies in one. Pure;
// any thread.
#pragma once

#include "foundation/clock.h"
#include "json/document.h"

namespace salus::fhir {

// Of an end of little precision all counts: one of 2026-02 holds to the last moment of February.
// Without a bound it is open on that side; one that cannot be read is not kept, so that nothing
// holds.
[[nodiscard]] bool holds_at(json::Value period, WallTime moment);
// Of whatever may have a `period`; without one it holds always.
[[nodiscard]] bool is_in_its_period(json::Value element, WallTime moment);

}  // namespace salus::fhir

// The log's events in the terms of FHIR AuditEvent
// (https://hl7.org/fhir/R4/auditevent.html), of IHE BALP and of the DICOM audit message (PS3.15
// A.5). Constants; any thread.
#pragma once

#include <string_view>

#include "foundation/literal.h"

namespace salus::audit_views {

inline constexpr Literal kDicomSystem = "http://dicom.nema.org/resources/ontology/DCM";
inline constexpr Literal kRestSystem = "http://hl7.org/fhir/restful-interaction";

struct Code {
    Literal system;
    Literal code;  // empty: none
    Literal display;
};

// IHE BALP: what an event about data must name, and who is source and destination.
enum class Pattern { none, read, query, create, update, remove };

struct EventTerms {
    Literal event;  // as the leaf spells it; empty: any other
    Code type;
    Code subtype;
    Literal action;  // C, R, U, D, E
    Pattern pattern = Pattern::none;
    Code dicom;  // EventID
};

// Every event has terms: what is not in the table is an activity of the application.
[[nodiscard]] EventTerms const& terms_of(std::string_view event) noexcept;

}  // namespace salus::audit_views

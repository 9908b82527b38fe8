// The view of an event as a FHIR R4 AuditEvent (https://hl7.org/fhir/R4/auditevent.html), by the
// patterns of IHE Basic Audit (BALP, https://profiles.ihe.net/ITI/BALP/) where one fits: reading,
// searching, creating, updating and deleting. What is not known without the sealed detail carries
// the extension data-absent-reason "masked". Pure functions, any thread.
#pragma once

#include <string>

#include "audit_views/event_view.h"

namespace salus::audit_views {

// Appends one resource, minified; its id is the leaf's index.
void append_audit_event(std::string& out, ViewSource const& source, EventView const& event);

}  // namespace salus::audit_views

// Parameters of the views of the audit log: those of AuditEvent that are offered
// (https://hl7.org/fhir/R4/auditevent.html#search), and those of the reports about a patient. Pure
// functions.
#pragma once

#include <array>
#include <vector>

#include "foundation/literal.h"
#include "foundation/result.h"
#include "request/form.h"
#include "request/intent.h"

namespace salus::operations {

// Of AuditEvent, as the CapabilityStatement names them.
inline constexpr std::array<Literal, 8> kAuditSearchParameters{
    "date", "patient", "agent", "entity", "action", "outcome", "policy", "subtype"};

// Everything but `patient`, which is the intent's compartment. Errc::invalid for what is not known,
// malformed, or given twice (dates excepted: the times they admit together).
[[nodiscard]] Result<void> read_audit_search(std::vector<request::Parameter> const& parameters,
                                             request::IntentFacts& facts);
// start, end, exempt, _format=text/html
[[nodiscard]] Result<void> read_report_parameters(std::vector<request::Parameter>& parameters,
                                                  request::IntentFacts& facts);

}  // namespace salus::operations

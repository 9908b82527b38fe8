// What a patient is told of the log: who saw the record (the access report), and the accounting of
// disclosures (45 CFR 164.528). Rendered as a FHIR document, because such a report is given to a
// person: a Composition that can be read by itself, with the AuditEvents it rests on and their
// proofs; or as a page to print. Holds ePHI: that somebody is a patient. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "audit_views/event_view.h"

namespace salus::audit_views {

enum class ReportKind { accounting, access };

// 164.528(a)(1): disclosures for treatment, payment and operations, and to the individual, need not
// be accounted for.
enum class Exempt { left_out, included };

struct ReportedEvent {
    RecordedLeaf leaf;
    std::string proof;  // C2SP tlog-proof; empty: the leaf is not signed yet
};

struct PatientReport {
    ReportKind kind = ReportKind::accounting;
    std::string patient;  // "Patient/ID"
    std::string id;       // a UUID
    WallTime made;
    WallTime start;
    WallTime end;  // the last moment
    Exempt exempt = Exempt::left_out;
    std::vector<ReportedEvent> events;  // in the order of the log
};

// Whether the event belongs in such a report. An accounting has what left the house for somebody
// else and succeeded; whose purpose is not stated is not exempt.
[[nodiscard]] bool is_reported(ReportKind kind, Exempt exempt, RecordedLeaf const& leaf);

// A Bundle of type document, minified.
[[nodiscard]] std::string report_document(PatientReport const& report, ViewSource const& source);
// HTML without script, links or resources of others.
[[nodiscard]] std::string report_page(PatientReport const& report, ViewSource const& source);

}  // namespace salus::audit_views

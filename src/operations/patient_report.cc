// 45 CFR 164.528
#include "operations/patient_report.h"

#include "audit_views/patient_report.h"
#include "foundation/audit_view_limits.h"
#include "operations/answers.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

using audit_views::AuditTrail;
using audit_views::Exempt;
using audit_views::PatientReport;
using audit_views::ReportKind;

// 164.528(a)(1): six years before the date of the request.
constexpr std::chrono::years kPeriod{6};

PatientReport begin_report(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    PatientReport report;
    report.kind = intent.interaction == request::Interaction::access_report
                      ? ReportKind::access
                      : ReportKind::accounting;
    report.patient = "Patient/" + std::string(RequestReader::id(intent.id));
    report.id = crypto::random_uuid(context.random);
    report.made = context.clock.now();
    report.exempt = intent.audit.exempt_too ? Exempt::included : Exempt::left_out;
    report.end = report.made;
    report.start = report.made - kPeriod;
    if (!intent.audit.time) return report;
    auto const& time = *intent.audit.time;
    if (time.start != INT64_MIN) report.start = WallTime(std::chrono::nanoseconds(time.start));
    if (time.end != INT64_MAX) report.end = WallTime(std::chrono::nanoseconds(time.end - 1));
    return report;
}

Result<void> add_events(Context const& context, AuditTrail& trail, CompartmentId const& patient,
                        PatientReport& report) {
    auto moment = trail.now();
    SALUS_TRY(auto const events, trail.events_of(patient, moment.reader));
    for (auto const index : events) {
        SALUS_TRY(auto leaf, AuditTrail::event_at(moment.reader, index, context.parser));
        bool const in_time = leaf.time >= report.start && leaf.time <= report.end;
        if (!in_time || !is_reported(report.kind, report.exempt, leaf)) continue;
        if (report.events.size() == limits::kReportedEvents)
            return fail(Errc::too_large, "the report is too long: ask for a shorter period");
        report.events.push_back({std::move(leaf), {}});
    }
    // Proofs are what takes the time: none is made for a report that is refused.
    for (auto& event : report.events) {
        SALUS_TRY(event.proof, AuditTrail::proof_of(moment, event.leaf.index));
    }
    return {};
}

}  // namespace

Result<request::Prepared> patient_report(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    SALUS_TRY(auto* const trail, context.trail());
    auto report = begin_report(context, permit);
    SALUS_TRY_VOID(add_events(context, *trail, *intent.compartment, report));
    request::Prepared prepared;
    if (!intent.audit.as_page) {
        prepared.headers.set("Content-Type", kFhirJson);
        prepared.content =
            request::ReportContent{EphiText(report_document(report, trail->source()))};
        return prepared;
    }
    prepared.headers.set("Content-Type", "text/html; charset=utf-8");
    // Nothing on the page runs or is fetched; this says so to the browser too.
    prepared.headers.set("Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    prepared.headers.set("X-Content-Type-Options", "nosniff");
    prepared.content = request::ReportContent{EphiText(report_page(report, trail->source()))};
    return prepared;
}

}  // namespace salus::operations

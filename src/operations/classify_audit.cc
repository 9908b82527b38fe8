// The part of the Classifier that reads what is asked of the audit log. AuditEvents are rendered
// from the log and never stored: there is no route by which one is written.
#include "fhir/lexical.h"
#include "fhir/reference.h"
#include "operations/audit_parameters.h"
#include "operations/classifier.h"
#include "operations/continuation.h"
#include "operations/parameters.h"
#include "operations/request_reader.h"
#include "operations/route_forms.h"

namespace salus::operations {
namespace {

using request::IntentFacts;
using request::Interaction;

constexpr std::string_view kAuditEvent = "AuditEvent";

// The id of the one patient: "Patient/ID" or "ID".
Result<std::string> patient_id(std::string_view value) {
    auto const reference = fhir::parse_local_reference(value);
    if (reference && reference->type->name == "Patient" && reference->version.empty())
        return std::string(reference->id);
    if (fhir::is_id(value)) return std::string(value);
    return fail(Errc::invalid, "patient is Patient/ID");
}

}  // namespace

Result<IntentFacts> Classifier::route_audit_event(request::Exchange& exchange, Segments segments,
                                                  std::string_view query) {
    if (segments.size() > 2) return fail(Errc::not_found, "no such resource");
    if (!is_read(exchange.request.method)) return wrong_method();
    IntentFacts facts;
    facts.type = kAuditEvent;
    facts.interaction = Interaction::audit_search;
    if (segments.size() == 2) {
        auto const index = parse_number(segments[1]);
        if (!index) return fail(Errc::not_found, "no such resource");
        facts.interaction = Interaction::audit_event;
        facts.audit.index = *index;
    }
    SALUS_TRY(auto parameters, request::parse_form(query));
    bool const continues =
        segments.size() == 1 && parameters.size() == 1 && parameters.front().name == "_cursor";
    facts.query_text = EphiText(std::string(query));
    if (continues) {
        auto const& client = exchange.facts.caller->facts().client;
        SALUS_TRY(auto const opened,
                  records_.sealing().open_cursor(client, EphiText(parameters.front().value)));
        SALUS_TRY(auto const continuation, decode_continuation(opened, "audit", kAuditEvent, {}));
        SALUS_TRY(parameters, request::parse_form(continuation.query));
        facts.query_text = EphiText(continuation.query);
        facts.position = EphiText(continuation.position);
    }
    SALUS_TRY_VOID(take_presentation(parameters, facts));
    if (facts.interaction == Interaction::audit_event && !parameters.empty())
        return fail(Errc::invalid, "a parameter is not known here");
    SALUS_TRY_VOID(read_audit_search(parameters, facts));
    if (auto const patient = request::single(parameters, "patient")) {
        SALUS_TRY(auto id, patient_id(*patient));
        facts.compartment = records_.addressing().patient_compartment(id);
        facts.patient_compartment = true;
        facts.audit.names_patient = true;
        facts.patient = EphiText(std::move(id));
        exchange.facts.compartment = facts.compartment;
    }
    return facts;
}

Result<IntentFacts> Classifier::route_patient_report(request::Exchange& exchange, Segments segments,
                                                     std::string_view query) {
    bool const fits = segments.size() == 3 && segments[0] == "Patient" && fhir::is_id(segments[1]);
    if (!fits) return fail(Errc::not_found, "no such resource");
    if (!is_read(exchange.request.method)) return wrong_method();
    IntentFacts facts;
    facts.interaction =
        segments[2] == "$accounting" ? Interaction::accounting : Interaction::access_report;
    facts.type = segments[0];
    facts.id = EphiText(segments[1]);
    SALUS_TRY(auto parameters, request::parse_form(query));
    SALUS_TRY_VOID(read_report_parameters(parameters, facts));
    return facts;
}

// /audit/v1/proof?index=N and /audit/v1/details?index=N[&count=M]
Result<IntentFacts> Classifier::route_audit_log(request::Exchange& exchange, Segments segments,
                                                std::string_view query) {
    if (!is_read(exchange.request.method)) return wrong_method();
    bool const details = segments[2] == "details";
    IntentFacts facts;
    facts.interaction = details ? Interaction::audit_details : Interaction::audit_proof;
    facts.type = kAuditEvent;
    SALUS_TRY(auto const parameters, request::parse_form(query));
    for (auto const& [name, value] : parameters) {
        SALUS_TRY(auto const number, parse_number(value));
        if (name == "index" && !facts.audit.index) {
            facts.audit.index = number;
        } else if (details && name == "count" && facts.audit.count == 0) {
            facts.audit.count = static_cast<std::size_t>(number);
        } else {
            return fail(Errc::invalid, "a parameter is not known here");
        }
    }
    if (!facts.audit.index) return fail(Errc::invalid, "index names a leaf");
    return facts;
}

}  // namespace salus::operations

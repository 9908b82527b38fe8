// https://hl7.org/fhir/R4/documents.html
#include "audit_views/patient_report.h"

#include "audit_views/audit_event.h"
#include "audit_views/markup.h"
#include "audit_views/report_lines.h"
#include "json/writer.h"

namespace salus::audit_views {
namespace {

void append_row(std::string& out, std::string_view cell, std::vector<std::string> const& texts) {
    out.append("<tr>");
    for (auto const& text : texts) {
        out.append("<").append(cell).append(">");
        append_escaped(out, text);
        out.append("</").append(cell).append(">");
    }
    out.append("</tr>");
}

// The table that both forms show: what 164.528(b)(2) and (3) ask for.
std::string table_of(std::span<ReportLine const> lines, ReportKind kind) {
    std::string out = "<table><thead>";
    bool const accounts = kind == ReportKind::accounting;
    append_row(out, "th",
               {"First", "Last", "Times", accounts ? "Disclosed to" : "By", "Purpose",
                "What was recorded of", accounts ? "Outcome" : "Act, outcome"});
    out.append("</thead><tbody>");
    for (auto const& line : lines) {
        append_row(
            out, "td",
            {to_instant(line.first), to_instant(line.last), std::to_string(line.events.size()),
             line.recipient, line.purpose, describe(line.what), line.outcome});
    }
    out.append("</tbody></table>");
    return out;
}

std::string period_of(PatientReport const& report) {
    return to_instant(report.start) + " to " + to_instant(report.end);
}

std::string scope_of(PatientReport const& report) {
    if (report.kind == ReportKind::access) return "Every access that the audit log holds.";
    if (report.exempt == Exempt::included) {
        return "All disclosures, also those that 45 CFR 164.528(a)(1) exempts.";
    }
    return "Without disclosures for treatment, payment and health care operations, and to the "
           "individual (45 CFR 164.528(a)(1)).";
}

class Document {
public:
    Document(std::string& out, PatientReport const& report, ViewSource const& source)
        : writer_(out), report_(report), source_(source), lines_(lines_of(report)) {}

    void write() {
        auto const urn = "urn:uuid:" + report_.id;
        writer_.begin_object().key("resourceType").string("Bundle");
        writer_.key("identifier").begin_object().key("system").string("urn:ietf:rfc:3986");
        writer_.key("value").string(urn).end_object();
        writer_.key("type").string("document");
        writer_.key("timestamp").string(to_instant(report_.made));
        writer_.key("entry").begin_array();
        // Of the form that completes the relative references of its sections.
        writer_.begin_object().key("fullUrl");
        writer_.string(source_.issuer + "/fhir/Composition/" + report_.id).key("resource");
        composition();
        writer_.end_object();
        for (auto const& event : report_.events) {
            std::string resource;
            append_audit_event(
                resource, source_,
                {.leaf = event.leaf, .patient = report_.patient, .proof = event.proof});
            writer_.begin_object().key("fullUrl").string(source_.issuer + "/fhir/" + name(event));
            writer_.key("resource").raw(resource).end_object();
        }
        writer_.end_array().end_object();
    }

private:
    static std::string name(ReportedEvent const& event) {
        return "AuditEvent/" + std::to_string(event.leaf.index);
    }

    void composition() {
        writer_.begin_object().key("resourceType").string("Composition");
        writer_.key("id").string(report_.id).key("status").string("final");
        writer_.key("type").begin_object().key("text").string(title_of(report_.kind).text());
        writer_.end_object().key("subject").begin_object();
        writer_.key("reference").string(report_.patient).end_object();
        writer_.key("date").string(to_instant(report_.made));
        writer_.key("author").begin_array().begin_object().key("display").string("Salus");
        writer_.end_object().end_array();
        writer_.key("title").string(title_of(report_.kind).text());
        writer_.key("event").begin_array().begin_object().key("period").begin_object();
        writer_.key("start").string(to_instant(report_.start));
        writer_.key("end").string(to_instant(report_.end));
        writer_.end_object().end_object().end_array();
        writer_.key("section").begin_array();
        section("Summary", scope_of(report_), lines_, {});
        for (auto const& line : lines_) {
            section(line.recipient + ", " + line.purpose, {}, std::span(&line, 1), line.events);
        }
        writer_.end_array().end_object();
    }

    void section(std::string const& title, std::string const& words,
                 std::span<ReportLine const> lines, std::vector<std::size_t> const& events) {
        std::string text = R"(<div xmlns="http://www.w3.org/1999/xhtml">)";
        if (!words.empty()) text.append("<p>").append(words).append("</p>");
        text.append(table_of(lines, report_.kind)).append("</div>");
        writer_.begin_object().key("title").string(title);
        writer_.key("text").begin_object().key("status").string("generated");
        writer_.key("div").string(text).end_object();
        if (!events.empty()) {
            writer_.key("entry").begin_array();
            for (auto const at : events) {
                writer_.begin_object().key("reference").string(name(report_.events[at]));
                writer_.end_object();
            }
            writer_.end_array();
        }
        writer_.end_object();
    }

    json::Writer writer_;
    PatientReport const& report_;
    ViewSource const& source_;
    std::vector<ReportLine> lines_;
};

}  // namespace

std::string report_document(PatientReport const& report, ViewSource const& source) {
    std::string out;
    Document(out, report, source).write();
    return out;
}

std::string report_page(PatientReport const& report, ViewSource const& source) {
    std::string const title(title_of(report.kind).text());
    auto const lines = lines_of(report);
    std::string out =
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title +
        "</title><style>body{font-family:serif;margin:2em}table{border-collapse:collapse;"
        "width:100%}th,td{border:1px solid;padding:.3em;text-align:left;vertical-align:top}"
        "</style></head><body><h1>" +
        title + "</h1><p>";
    append_escaped(out, report.patient);
    out.append(" at ");
    append_escaped(out, source.issuer);
    out.append("</p><p>").append(period_of(report)).append("</p><p>");
    out.append(scope_of(report)).append("</p>");
    out.append(table_of(lines, report.kind)).append("<h2>Records</h2><table><thead>");
    append_row(out, "th", {"Leaf", "Time", "By", "Event", "Leaf hash (SHA-256)", "Signed"});
    out.append("</thead><tbody>");
    for (auto const& event : report.events) {
        auto const& leaf = event.leaf;
        append_row(out, "td",
                   {std::to_string(leaf.index), to_instant(leaf.time), leaf.client, leaf.event,
                    to_hex(leaf.hash), event.proof.empty() ? "not yet" : "yes"});
    }
    out.append("</tbody></table><p>Made ").append(to_instant(report.made)).append("</p>");
    out.append("</body></html>\n");
    return out;
}

}  // namespace salus::audit_views

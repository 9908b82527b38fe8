// DICOM PS3.15 section A.5.1: the elements in the order of its schema.
#include "audit_views/event_terms.h"
#include "audit_views/markup.h"
#include "audit_views/syslog.h"

namespace salus::audit_views {
namespace {

class Message {
public:
    Message(std::string& out, ViewSource const& source, EventView const& event)
        : out_(out), source_(source), event_(event), terms_(terms_of(event.leaf.event)) {}

    void write() {
        out_.append(R"(<?xml version="1.0" encoding="UTF-8"?><AuditMessage>)");
        identification();
        participants();
        out_.append("<AuditSourceIdentification");
        attribute("AuditSourceID", event_.leaf.origin);
        if (!event_.leaf.tenant.empty()) attribute("AuditEnterpriseSiteID", event_.leaf.tenant);
        out_.append(">");
        code("AuditSourceTypeCode", "4", "DCM", "Application Server");
        out_.append("</AuditSourceIdentification>");
        objects();
        out_.append("</AuditMessage>");
    }

private:
    void attribute(std::string_view name, std::string_view value) {
        out_.append(" ").append(name).append("=\"");
        append_escaped(out_, value);
        out_.push_back('"');
    }
    void code(std::string_view element, std::string_view value, std::string_view system,
              std::string_view text) {
        out_.append("<").append(element);
        attribute("csd-code", value);
        attribute("codeSystemName", system);
        attribute("originalText", text);
        out_.append("/>");
    }
    static std::string_view short_name(Code const& code) {
        return code.system == kDicomSystem ? "DCM" : code.system.text();
    }

    void identification() {
        auto const& leaf = event_.leaf;
        out_.append("<EventIdentification");
        attribute("EventActionCode", terms_.action.text());
        attribute("EventDateTime", to_instant(leaf.time));
        std::string_view indicator = "8";
        if (leaf.outcome == "ok") indicator = "0";
        if (leaf.outcome == "denied") indicator = "4";
        attribute("EventOutcomeIndicator", indicator);
        out_.append(">");
        code("EventID", terms_.dicom.code.text(), "DCM", terms_.dicom.display.text());
        if (!terms_.subtype.code.empty()) {
            code("EventTypeCode", terms_.subtype.code.text(), short_name(terms_.subtype),
                 terms_.subtype.display.text());
        } else {
            code("EventTypeCode", leaf.event, "salus", leaf.event);
        }
        if (!leaf.reason.empty()) {
            out_.append("<EventOutcomeDescription>");
            append_escaped(out_, leaf.reason);
            out_.append("</EventOutcomeDescription>");
        }
        if (!leaf.purpose.empty()) {
            code("PurposeOfUse", leaf.purpose, "2.16.840.1.113883.5.8", leaf.purpose);
        }
        out_.append("</EventIdentification>");
    }

    void participants() {
        auto const& leaf = event_.leaf;
        bool const reads = terms_.pattern == Pattern::read;
        if (!leaf.request.empty()) {
            out_.append("<ActiveParticipant");
            attribute("UserID", leaf.client.empty() ? "anonymous" : leaf.client);
            attribute("UserIsRequestor", "true");
            if (event_.detail != nullptr && !event_.detail->address.empty()) {
                attribute("NetworkAccessPointID", event_.detail->address);
                attribute("NetworkAccessPointTypeCode", "2");
            }
            out_.append(">");
            role(reads ? "110152" : "110153");
            out_.append("</ActiveParticipant>");
        }
        if (!leaf.user.empty()) {
            out_.append("<ActiveParticipant");
            attribute("UserID", leaf.user);
            attribute("UserIsRequestor", "true");
            out_.append("/>");
        }
        out_.append("<ActiveParticipant");
        attribute("UserID", leaf.origin);
        attribute("UserIsRequestor", leaf.request.empty() ? "true" : "false");
        attribute("NetworkAccessPointID", source_.server);
        attribute("NetworkAccessPointTypeCode", "1");
        out_.append(">");
        role(reads ? "110153" : "110152");
        out_.append("</ActiveParticipant>");
    }
    void role(std::string_view value) {
        code("RoleIDCode", value, "DCM",
             value == "110153" ? "Source Role ID" : "Destination Role ID");
    }

    void objects() {
        auto const& leaf = event_.leaf;
        if (!leaf.patient.empty()) {
            auto const id =
                event_.patient.empty() ? std::string_view(leaf.patient) : event_.patient;
            object(id, "1", "1", "2", "Patient Number", {});
        }
        for (auto const& each : leaf.resources) {
            if (terms_.pattern == Pattern::query) break;
            object(each.type + "/" + each.address, "2", "4", "12", "URI", {});
        }
        if (terms_.pattern == Pattern::query) {
            bool const known = event_.detail != nullptr;
            object("query", "2", "24", "10", "Search Criteria",
                   known ? std::string_view(event_.detail->target) : std::string_view());
        }
        if (!leaf.request.empty()) object(leaf.request, "4", "21", "X-Request-Id", "request", {});
    }
    void object(std::string_view id, std::string_view type, std::string_view role,
                std::string_view id_type, std::string_view id_text, std::string_view query) {
        out_.append("<ParticipantObjectIdentification");
        attribute("ParticipantObjectID", id);
        attribute("ParticipantObjectTypeCode", type);
        attribute("ParticipantObjectTypeCodeRole", role);
        out_.append(">");
        code("ParticipantObjectIDTypeCode", id_type, "RFC-3881", id_text);
        if (!query.empty()) {
            out_.append("<ParticipantObjectQuery>").append(to_base64(bytes_of(query)));
            out_.append("</ParticipantObjectQuery>");
        }
        out_.append("</ParticipantObjectIdentification>");
    }

    std::string& out_;
    ViewSource const& source_;
    EventView const& event_;
    EventTerms const& terms_;
};

}  // namespace

void append_dicom_audit_message(std::string& out, ViewSource const& source,
                                EventView const& event) {
    Message(out, source, event).write();
}

}  // namespace salus::audit_views

#include "audit_views/audit_event.h"

#include "audit_views/event_terms.h"
#include "json/writer.h"

namespace salus::audit_views {
namespace {

constexpr std::string_view kObjectType = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
constexpr std::string_view kObjectRole = "http://terminology.hl7.org/CodeSystem/object-role";
constexpr std::string_view kMasked =
    R"([{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}])";

constexpr Code kSource{kDicomSystem, "110153", "Source Role ID"};
constexpr Code kDestination{kDicomSystem, "110152", "Destination Role ID"};
constexpr Code kApplication{kDicomSystem, "110150", "Application"};
constexpr Code kCustodian{"http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                          "custodian", "Custodian"};
constexpr Code kRecipient{"http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP",
                          "information recipient"};
constexpr Code kAuthor{"http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "AUT",
                       "author (originator)"};

class Rendering {
public:
    Rendering(std::string& out, ViewSource const& source, EventView const& event)
        : writer_(out),
          source_(source),
          event_(event),
          leaf_(event.leaf),
          terms_(terms_of(event.leaf.event)) {}

    void resource() {
        writer_.begin_object().key("resourceType").string("AuditEvent");
        writer_.key("id").string(std::to_string(leaf_.index));
        if (auto const profile = profile_name(); !profile.empty()) {
            writer_.key("meta").begin_object().key("profile").begin_array();
            writer_.string("https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit." +
                           profile);
            writer_.end_array().end_object();
        }
        writer_.key("type");
        coding(terms_.type);
        if (!terms_.subtype.code.empty()) {
            writer_.key("subtype").begin_array();
            coding(terms_.subtype);
            writer_.end_array();
        }
        writer_.key("action").string(terms_.action.text());
        writer_.key("recorded").string(to_instant(leaf_.time));
        outcome();
        purpose();
        writer_.key("agent").begin_array();
        agents();
        writer_.end_array();
        observer();
        writer_.key("entity").begin_array();
        entities();
        writer_.end_array().end_object();
    }

private:
    [[nodiscard]] bool has_caller() const { return !leaf_.request.empty(); }

    // The pattern of BALP that this event keeps; a refusal follows none.
    [[nodiscard]] std::string profile_name() const {
        bool const succeeded = leaf_.outcome == "ok" && leaf_.phase != audit::Phase::intent;
        bool const one = leaf_.resources.size() == 1;
        if (!succeeded || !has_caller()) return {};
        if (!one && terms_.pattern != Pattern::query) return {};
        auto const of = [&](std::string_view name) {
            return (leaf_.patient.empty() ? "" : "Patient") + std::string(name);
        };
        switch (terms_.pattern) {
            case Pattern::none: return {};
            case Pattern::read: return of("Read");
            case Pattern::query: return of("Query");
            case Pattern::create: return of("Create");
            case Pattern::update: return of("Update");
            case Pattern::remove: return of("Delete");
        }
        return {};
    }

    void coding(Code const& code) {
        writer_.begin_object().key("system").string(code.system.text());
        writer_.key("code").string(code.code.text());
        writer_.key("display").string(code.display.text()).end_object();
    }
    void coding(std::string_view system, std::string_view code) {
        writer_.begin_object().key("system").string(system).key("code").string(code).end_object();
    }
    void concept_of(Code const& code) {
        writer_.begin_object().key("coding").begin_array();
        coding(code);
        writer_.end_array().end_object();
    }
    void identifier(std::string_view kind, std::string_view value) {
        writer_.key("identifier").begin_object();
        writer_.key("system").string(source_.issuer + "/audit/" + std::string(kind));
        writer_.key("value").string(value).end_object();
    }

    void outcome() {
        if (leaf_.phase == audit::Phase::intent) {
            writer_.key("outcomeDesc").string("intent: the outcome has a record of its own");
            return;
        }
        std::string_view code = "8";
        if (leaf_.outcome == "ok") code = "0";
        if (leaf_.outcome == "denied") code = "4";
        writer_.key("outcome").string(code);
        if (!leaf_.reason.empty()) writer_.key("outcomeDesc").string(leaf_.reason);
    }

    void purpose() {
        if (leaf_.purpose.empty()) return;
        writer_.key("purposeOfEvent").begin_array().begin_object().key("coding").begin_array();
        coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", leaf_.purpose);
        writer_.end_array().end_object().end_array();
    }

    void agents() {
        bool const reads = terms_.pattern == Pattern::read;
        bool const removes = terms_.pattern == Pattern::remove;
        if (has_caller()) client(removes ? kApplication : reads ? kDestination : kSource);
        server(removes ? kCustodian : reads ? kSource : kDestination);
        if (!leaf_.user.empty()) {
            bool const gets = reads || terms_.pattern == Pattern::query;
            writer_.begin_object().key("type");
            concept_of(gets ? kRecipient : kAuthor);
            writer_.key("who").begin_object();
            identifier("users", leaf_.user);
            writer_.end_object().key("requestor").boolean(true).end_object();
        }
    }

    void client(Code const& type) {
        writer_.begin_object().key("type");
        concept_of(type);
        writer_.key("who").begin_object();
        if (leaf_.client.empty()) {
            writer_.key("display").string("a caller without a valid token");
        } else {
            identifier("clients", leaf_.client);
            writer_.key("display").string(leaf_.client);
        }
        writer_.end_object().key("requestor").boolean(leaf_.user.empty());
        writer_.key("network").begin_object();
        if (event_.detail == nullptr || event_.detail->address.empty()) {
            writer_.key("extension").raw(kMasked);
        } else {
            writer_.key("address").string(event_.detail->address).key("type").string("2");
        }
        writer_.end_object().end_object();
    }

    void server(Code const& type) {
        writer_.begin_object().key("type");
        concept_of(type);
        writer_.key("who").begin_object();
        identifier("origins", leaf_.origin);
        writer_.key("display").string("Salus").end_object();
        writer_.key("requestor").boolean(!has_caller());
        writer_.key("network").begin_object().key("address").string(source_.server);
        writer_.key("type").string("1").end_object().end_object();
    }

    void observer() {
        writer_.key("source").begin_object();
        if (!leaf_.tenant.empty()) writer_.key("site").string(leaf_.tenant);
        writer_.key("observer").begin_object();
        identifier("origins", leaf_.origin);
        writer_.key("display").string("Salus").end_object();
        writer_.key("type").begin_array();
        coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4");
        writer_.end_array().end_object();
    }

    void object(std::string_view type, std::string_view role) {
        writer_.key("type");
        coding(kObjectType, type);
        writer_.key("role");
        coding(kObjectRole, role);
    }

    void entities() {
        if (!leaf_.request.empty()) {
            writer_.begin_object().key("what").begin_object().key("identifier").begin_object();
            writer_.key("value").string(leaf_.request).end_object().end_object();
            writer_.key("type");
            coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType",
                   "XrequestId");
            writer_.end_object();
        }
        if (!leaf_.patient.empty()) patient();
        // How many matches a search had, and which, BALP does not want told.
        if (terms_.pattern == Pattern::query) query();
        if (terms_.pattern != Pattern::query) {
            for (auto const& resource : leaf_.resources) data(resource);
        }
        if (!leaf_.target.empty()) {
            writer_.begin_object().key("what").begin_object();
            identifier("clients", leaf_.target);
            writer_.end_object();
            object("1", "11");  // person or system; a user of security
            writer_.end_object();
        }
        record();
    }

    void patient() {
        writer_.begin_object().key("what").begin_object();
        if (!event_.patient.empty()) writer_.key("reference").string(event_.patient);
        writer_.key("type").string("Patient");
        identifier("patients", leaf_.patient);
        writer_.end_object();
        object("1", "1");
        writer_.end_object();
    }

    void data(RecordedResource const& resource) {
        writer_.begin_object().key("what").begin_object();
        writer_.key("type").string(resource.type);
        identifier("documents", resource.address);
        writer_.end_object();
        object("2", "4");
        writer_.key("detail").begin_array();
        detail("version", std::to_string(resource.version));
        if (!resource.stored.empty()) binary("sha256-of-sealed-bytes", resource.stored);
        writer_.end_array().end_object();
    }

    void query() {
        writer_.begin_object();
        object("2", "24");
        if (event_.detail == nullptr || event_.detail->target.empty()) {
            writer_.key("_query").begin_object().key("extension").raw(kMasked).end_object();
        } else {
            auto const& detail = *event_.detail;
            auto const raw =
                detail.form.empty() ? detail.target : detail.target + "\n\n" + detail.form;
            writer_.key("query").string(to_base64(bytes_of(raw)));
        }
        writer_.end_object();
    }

    // The leaf that this is a view of, so that it can be proven.
    void record() {
        writer_.begin_object().key("what").begin_object();
        identifier("leaves", std::to_string(leaf_.index));
        writer_.end_object();
        object("4", "13");
        writer_.key("detail").begin_array();
        detail("origin", leaf_.origin);
        binary("leaf-hash", to_base64(leaf_.hash));
        detail("event", leaf_.event);
        if (leaf_.status != 0) detail("http-status", std::to_string(leaf_.status));
        if (!leaf_.scopes.empty()) detail("scopes", leaf_.scopes);
        if (!leaf_.policy.empty()) detail("policy", leaf_.policy);
        for (auto const& rule : leaf_.rules) detail("rule", rule);
        if (event_.detail != nullptr && !event_.detail->user_agent.empty()) {
            detail("user-agent", event_.detail->user_agent);
        }
        if (!event_.proof.empty()) binary("tlog-proof", to_base64(bytes_of(event_.proof)));
        writer_.end_array().end_object();
    }

    void detail(std::string_view type, std::string_view value) {
        writer_.begin_object().key("type").string(type);
        writer_.key("valueString").string(value).end_object();
    }
    void binary(std::string_view type, std::string_view base64) {
        writer_.begin_object().key("type").string(type);
        writer_.key("valueBase64Binary").string(base64).end_object();
    }

    json::Writer writer_;
    ViewSource const& source_;
    EventView const& event_;
    RecordedLeaf const& leaf_;
    EventTerms const& terms_;
};

}  // namespace

void append_audit_event(std::string& out, ViewSource const& source, EventView const& event) {
    Rendering(out, source, event).resource();
}

}  // namespace salus::audit_views

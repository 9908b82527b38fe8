// https://spec.openapis.org/oas/v3.1.0
#include "operations/open_api.h"

#include <array>
#include <map>

#include "fhir/definitions.h"
#include "json/writer.h"
#include "operations/offers.h"

namespace salus::operations {
namespace {

struct Part {
    Literal component;  // its name among the components
    Literal place;      // path, query or header
    Literal name;
    Literal schema;  // JSON
};

constexpr auto kParts = std::to_array<Part>({
    {"id", "path", "id", R"({"type":"string","pattern":"^[A-Za-z0-9\\-\\.]{1,64}$"})"},
    {"version", "path", "version", R"({"type":"integer","minimum":1})"},
    {"leaf", "path", "leaf", R"({"type":"integer","minimum":0})"},
    {"_elements", "query", "_elements", R"({"type":"string"})"},
    {"_summary", "query", "_summary", R"({"type":"string","enum":["true","text","data","false"]})"},
    {"_pretty", "query", "_pretty", R"({"type":"boolean"})"},
    {"mode", "query", "mode", R"({"type":"string","enum":["create","update","delete","profile"]})"},
    {"profile", "query", "profile", R"({"type":"string","format":"uri"})"},
    {"_count", "query", "_count", R"({"type":"integer","minimum":1,"maximum":1000})"},
    {"_since", "query", "_since", R"({"type":"string","format":"date-time"})"},
    {"_at", "query", "_at", R"({"type":"string"})"},
    {"_cursor", "query", "_cursor", R"({"type":"string"})"},
    {"_type", "query", "_type", R"({"type":"string"})"},
    {"start", "query", "start", R"({"type":"string","format":"date"})"},
    {"end", "query", "end", R"({"type":"string","format":"date"})"},
    {"exempt", "query", "exempt", R"({"type":"boolean"})"},
    {"_format", "query", "_format", R"({"type":"string"})"},
    {"date", "query", "date", R"({"type":"string"})"},
    {"patient", "query", "patient", R"({"type":"string"})"},
    {"agent-identifier", "query", "agent:identifier", R"({"type":"string"})"},
    {"entity-identifier", "query", "entity:identifier", R"({"type":"string"})"},
    {"outcome", "query", "outcome", R"({"type":"string","enum":["0","4","8"]})"},
    {"criteria", "query", "criteria",
     R"({"type":"object","additionalProperties":{"type":"string"}})"},
    {"If-Match", "header", "If-Match", R"({"type":"string"})"},
    {"If-None-Match", "header", "If-None-Match", R"({"type":"string"})"},
    {"If-Modified-Since", "header", "If-Modified-Since", R"({"type":"string"})"},
    {"If-None-Exist", "header", "If-None-Exist", R"({"type":"string"})"},
    {"Prefer", "header", "Prefer",
     R"({"type":"string","enum":["return=minimal","return=representation",)"
     R"("return=OperationOutcome"]})"},
});

void write_reference(json::Writer& writer, std::string_view kind, std::string_view name) {
    writer.begin_object().key("$ref");
    writer.string("#/components/" + std::string(kind) + "/" + std::string(name)).end_object();
}

void write_parameters(json::Writer& writer, Offer const& offer) {
    writer.key("parameters").begin_array();
    for (auto const* name : {"type", "id", "version", "leaf"}) {
        auto const braced = "{" + std::string(name) + "}";
        if (offer.path.text().find(braced) != std::string_view::npos)
            write_reference(writer, "parameters", name);
    }
    for (auto const name : offer.parameters) write_reference(writer, "parameters", name.text());
    writer.end_array();
}

void write_media_type(json::Writer& writer, std::string_view media_type) {
    writer.key(media_type).begin_object().key("schema").raw(R"({})").end_object();
}

void write_content(json::Writer& writer, std::string_view media_type) {
    writer.key("content").begin_object();
    write_media_type(writer, media_type);
    writer.end_object();
}

void write_body(json::Writer& writer, Offer const& offer) {
    writer.key("requestBody").begin_object().key("required").boolean(true);
    writer.key("content").begin_object();
    write_media_type(writer, offer.content.text());
    // Beside JSON Patch there is FHIRPath Patch.
    if (offer.interaction == request::Interaction::patch)
        write_media_type(writer, "application/fhir+json");
    writer.end_object().end_object();
}

void write_responses(json::Writer& writer, bool is_public) {
    writer.key("responses").begin_object();
    writer.key("2XX").begin_object().key("description").string("Done");
    write_content(writer, "application/fhir+json");
    writer.end_object();
    if (!is_public) {
        writer.key("401");
        write_reference(writer, "responses", "refusal");
        writer.key("403");
        write_reference(writer, "responses", "refusal");
    }
    writer.key("default");
    write_reference(writer, "responses", "refusal");
    writer.end_object();
}

void write_operation(json::Writer& writer, Offer const& offer, std::size_t number) {
    bool const is_public = request::is_public(offer.interaction);
    writer.key(offer.method.text()).begin_object();
    writer.key("operationId")
        .string(std::string(request::name_of(offer.interaction).text()) + "-" +
                std::to_string(number));
    writer.key("summary").string(offer.summary.text());
    write_parameters(writer, offer);
    if (!offer.content.empty()) write_body(writer, offer);
    write_responses(writer, is_public);
    writer.key("security").raw(is_public ? "[]" : R"([{"token":[]}])");
    writer.end_object();
}

void write_paths(json::Writer& writer) {
    std::map<std::string_view, std::vector<Offer const*>> paths;
    for (auto const& offer : offers()) paths[offer.path.text()].push_back(&offer);
    std::size_t number = 0;
    writer.key("paths").begin_object();
    for (auto const& [path, operations] : paths) {
        writer.key(path).begin_object();
        for (auto const* offer : operations) write_operation(writer, *offer, ++number);
        writer.end_object();
    }
    writer.end_object();
}

void write_type_parameter(json::Writer& writer) {
    writer.key("type").begin_object().key("name").string("type").key("in").string("path");
    writer.key("required").boolean(true).key("schema").begin_object();
    writer.key("type").string("string").key("enum").begin_array();
    for (auto const& type : fhir::resource_types()) writer.string(type.name.text());
    writer.end_array().end_object().end_object();
}

// Those of FHIR are in every client's books; those of packages are not.
std::string criteria(fhir::LoadedParameters const* loaded) {
    std::string text = "Search parameters of FHIR R4, as GET /metadata lists them for each type";
    if (loaded == nullptr) return text;
    text += "; and of packages:";
    for (auto const& each : loaded->all())
        text.append(" ").append(each.base->name.text()).append("?").append(each.code);
    return text;
}

// Which scopes there are, SMART's discovery document says.
void write_security(json::Writer& writer, request::Tenant const& tenant) {
    writer.key("securitySchemes").begin_object().key("token").begin_object();
    writer.key("type").string("oauth2").key("flows").begin_object();
    writer.key("authorizationCode").begin_object();
    writer.key("authorizationUrl").string(tenant.issuer() + "/oauth/authorize");
    writer.key("tokenUrl").string(tenant.token_endpoint());
    writer.key("refreshUrl").string(tenant.token_endpoint());
    writer.key("scopes").raw("{}").end_object();
    writer.key("clientCredentials").begin_object();
    writer.key("tokenUrl").string(tenant.token_endpoint());
    writer.key("scopes").raw("{}").end_object();
    writer.end_object().end_object().end_object();
}

void write_components(json::Writer& writer, request::Tenant const& tenant,
                      fhir::LoadedParameters const* loaded) {
    writer.key("components").begin_object();
    writer.key("parameters").begin_object();
    write_type_parameter(writer);
    for (auto const& part : kParts) {
        writer.key(part.component.text()).begin_object().key("name").string(part.name.text());
        writer.key("in").string(part.place.text());
        if (part.place == "path") writer.key("required").boolean(true);
        // Every search parameter of the type is a parameter of its own.
        if (part.component == "criteria") {
            writer.key("style").string("form").key("explode").boolean(true);
            writer.key("description").string(criteria(loaded));
        }
        writer.key("schema").raw(part.schema.text()).end_object();
    }
    writer.end_object();
    writer.key("responses").begin_object().key("refusal").begin_object();
    writer.key("description").string("Refused: an OperationOutcome says why");
    write_content(writer, "application/fhir+json");
    writer.end_object().end_object();
    write_security(writer, tenant);
    writer.end_object();
}

}  // namespace

request::Prepared open_api(Context const& context) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("openapi").string("3.1.0");
    writer.key("info").begin_object().key("title").string("Salus FHIR R4 API");
    writer.key("version").string(SALUS_VERSION).end_object();
    writer.key("servers").begin_array().begin_object().key("url");
    writer.string(context.tenant.fhir_base()).end_object().end_array();
    write_paths(writer);
    write_components(writer, context.tenant, context.loaded_parameters().get());
    writer.end_object();
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/vnd.oai.openapi+json; version=3.1");
    prepared.content = request::PlainContent{std::move(text)};
    return prepared;
}

}  // namespace salus::operations

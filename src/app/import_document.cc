#include "app/import_document.h"

#include "fhir/lexical.h"
#include "json/document.h"

namespace salus::app {
namespace {

std::vector<std::string> changes_of(json::Value bundle) {
    std::vector<std::string> changes;
    auto const entries = bundle.member("entry");
    if (!entries || !entries->is_array()) return changes;
    for (auto const entry : entries->elements()) {
        auto const request = entry.is_object() ? entry.member("request") : std::nullopt;
        if (!request || !request->is_object()) continue;
        auto const method = request->text_member("method").value_or("");
        if (method != "PUT" && method != "PATCH" && method != "DELETE") continue;
        changes.push_back(request->text_member("url").value_or(""));
    }
    return changes;
}

}  // namespace

std::optional<ImportDocument> read_import_document(std::string const& text) {
    json::Parser parser;
    auto const document = parser.parse(text);
    if (!document || !document->root().is_object()) return std::nullopt;
    auto const root = document->root();
    auto const type = root.text_member("resourceType").value_or("");
    if (type == "Bundle" && root.text_member("type") == "transaction") {
        return ImportDocument{http::Method::post, "/fhir", changes_of(root)};
    }
    if (!fhir::is_resource_type(type)) return std::nullopt;
    auto const id = root.text_member("id");
    if (!id) return ImportDocument{http::Method::post, "/fhir/" + type, {}};
    if (!fhir::is_id(*id)) return std::nullopt;
    auto const name = type + "/" + *id;
    return ImportDocument{http::Method::put, "/fhir/" + name, {name}};
}

}  // namespace salus::app

#include "fhir/bundle_rules.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "fhir/document_rules.h"
#include "fhir/reference.h"
#include "foundation/check.h"

namespace salus::fhir {
namespace {

Element const& element_of(std::string_view type, std::string_view name) {
    auto const* owner = find_type(type);
    SALUS_CHECK(owner != nullptr);
    auto const* element = find_element(*owner, name);
    SALUS_CHECK(element != nullptr);
    return *element;
}

enum class Kind : std::uint8_t {
    requests,  // transactions and batches, and what answers them
    document,
    message,
    results,  // of a search or history
    collection,
};

Kind kind_of(json::Value bundle) {
    auto const type = bundle.text_member("type").value_or("");
    if (type == "document") return Kind::document;
    if (type == "message") return Kind::message;
    if (type == "searchset" || type == "history") return Kind::results;
    return type == "collection" ? Kind::collection : Kind::requests;
}

// "fullUrl ... SHALL NOT disagree with the id in the resource": HL7's own examples do, so it warns
// but in documents, which are made of what refers to each other, and where there is no id at all.
void check_identity(std::string_view full_url, json::Value resource, Kind kind, Reporter& report) {
    if (kind == Kind::requests || !full_url.starts_with("http")) return;
    auto const* stated = type_of_reference(full_url);
    auto const type = resource.text_member("resourceType");
    if (stated == nullptr || !type) return;
    auto const id = resource.text_member("id");
    if (!id) return report.error("invalid", "a fullUrl of this form, and a resource without id");
    if (stated->name.text() == *type && full_url.ends_with("/" + *id)) return;
    if (kind == Kind::document)
        return report.error("invalid", "the fullUrl and the id of the resource disagree");
    report.warning("invalid", "the fullUrl and the id of the resource disagree");
}

// What a search or history gives is stored somewhere; what else it tells is not.
bool needs_id(json::Value resource) {
    auto const type = resource.member("resourceType");
    return type && !type->is_text("OperationOutcome") && !type->is_text("Parameters") &&
           !type->is_text("Bundle");
}

void check_entry(json::Value entry, Kind kind, ElementPath& path, Reporter& report) {
    auto const resource = entry.member("resource");
    bool const holds = resource && resource->is_object();
    if (holds && kind == Kind::results && needs_id(*resource) && !resource->member("id"))
        report.error("invalid", "a resource that was found has an id");
    auto const full_url = entry.text_member("fullUrl");
    bool const named = kind == Kind::document || kind == Kind::message;
    if (!full_url && holds && named)
        report.error("invalid", "each entry of a document or message has a fullUrl");
    if (!full_url) return;
    PathStep const step(path, element_of("Bundle.entry", "fullUrl"));
    if (!is_absolute_uri(*full_url)) return report.error("invalid", "a fullUrl is an absolute URL");
    if (holds) check_identity(*full_url, *resource, kind, report);
}

// "relation ... a link of each kind at most once".
void check_links(json::Value bundle, ElementPath& path, Reporter& report) {
    auto const links = bundle.member("link");
    if (!links || !links->is_array()) return;
    PathStep const step(path, element_of("Bundle", "link"));
    std::vector<std::string> relations;
    std::size_t index = 0;
    for (auto const link : links->elements()) {
        path.at_index(index++);
        auto relation = link.text_member("relation");
        if (!relation) continue;
        if (std::ranges::find(relations, *relation) != relations.end())
            report.error("invalid", "a link of this kind is there already");
        if (relations.size() < limits::kValidationIssues) relations.push_back(*std::move(relation));
    }
}

// Each fullUrl that more than one entry has, sorted.
std::vector<std::string> repeated_urls(json::Value entries) {
    std::vector<std::string> urls;
    for (auto const entry : entries.elements()) {
        if (auto url = entry.text_member("fullUrl")) urls.push_back(*std::move(url));
    }
    std::ranges::sort(urls);
    std::vector<std::string> repeated;
    for (auto at = urls.begin(); (at = std::adjacent_find(at, urls.end())) != urls.end(); ++at)
        repeated.push_back(*at);
    return repeated;
}

// Whether some relative reference below `value` means more than one entry
// (https://hl7.org/fhir/R4/bundle.html#references). As deep as the document.
bool is_ambiguous(json::Value value, std::vector<std::string> const& repeated,
                  std::string const& base) {
    if (value.is_array()) {
        for (auto const each : value.elements()) {
            if (is_ambiguous(each, repeated, base)) return true;
        }
    }
    if (!value.is_object()) return false;
    for (auto const& member : value.members()) {
        if (!member.value.is_string()) {
            if (is_ambiguous(member.value, repeated, base)) return true;
        } else if (member.is_named("reference")) {
            auto const reference = member.value.text();
            bool const local = parse_local_reference(reference).has_value();
            if (local && std::ranges::binary_search(repeated, base + reference)) return true;
        }
    }
    return false;
}

// A document says of each thing that its Composition names which one it is.
void check_composition(json::Value entries, ElementPath& path, Reporter& report) {
    if (entries.size() == 0) return;
    auto const composition = *entries.elements().begin();
    auto const full_url = composition.text_member("fullUrl").value_or("");
    auto const resource = composition.member("resource");
    auto const type = resource ? resource->text_member("resourceType") : std::nullopt;
    auto const id = resource ? resource->text_member("id") : std::nullopt;
    if (!type || !id || !full_url.ends_with("/" + *type + "/" + *id)) return;
    auto const base = full_url.substr(0, full_url.size() - type->size() - id->size() - 1);
    auto const repeated = repeated_urls(entries);
    path.at_index(0);
    if (!repeated.empty() && is_ambiguous(*resource, repeated, base))
        report.error("invalid", "a reference means more than one entry");
}

}  // namespace

bool has_distinct_entries(json::Value bundle) {
    auto const type = bundle.member("type");
    auto const entries = bundle.member("entry");
    if (!entries || !entries->is_array() || (type && type->is_text("history"))) return true;
    std::unordered_set<std::string> known;
    for (auto const entry : entries->elements()) {
        auto const full_url = entry.text_member("fullUrl");
        if (!full_url) continue;
        auto const resource = entry.member("resource");
        auto const meta = resource ? resource->member("meta") : std::nullopt;
        auto const version = meta ? meta->text_member("versionId") : std::nullopt;
        if (!known.insert(*full_url + "|" + version.value_or("")).second) return false;
    }
    return true;
}

void check_bundle(json::Value bundle, ElementPath& path, Reporter& report) {
    check_links(bundle, path, report);
    auto const entries = bundle.member("entry");
    if (!entries || !entries->is_array()) return;
    PathStep const step(path, element_of("Bundle", "entry"));
    auto const kind = kind_of(bundle);
    if (kind == Kind::document) {
        check_composition(*entries, path, report);
        check_document_entries(*entries, path, report);
    }
    if (kind == Kind::message) check_message_entries(*entries, path, report);
    std::size_t index = 0;
    for (auto const entry : entries->elements()) {
        if (report.full()) return;
        path.at_index(index++);
        check_entry(entry, kind, path, report);
    }
}

}  // namespace salus::fhir

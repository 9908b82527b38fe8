// https://hl7.org/fhir/R4/http.html#history (of an instance)
#include "operations/history.h"

#include "operations/answers.h"
#include "operations/request_reader.h"

namespace salus::operations {
namespace {

request::EntryContent entry_of(Context const& context, std::string_view type, std::string_view id,
                               records::StoredDocument document) {
    bool const deleted = document.state == store::VersionState::deleted;
    request::EntryContent entry;
    entry.full_url = context.tenant.fhir_base() + "/" + std::string(type) + "/" + std::string(id);
    entry.type = type;
    entry.text = std::move(document.text);
    entry.version = document.version;
    entry.last_modified = document.last_updated;
    entry.request_url = std::string(type) + "/" + std::string(id);
    entry.request_method = deleted ? Literal("DELETE") : Literal("PUT");
    entry.response_status = deleted ? "204" : document.version == 1 ? "201" : "200";
    return entry;
}

}  // namespace

Result<request::Prepared> history(Context const& context, request::Permit const& permit) {
    auto const& intent = permit.intent();
    auto const id = RequestReader::id(intent.id);
    auto const count = intent.count == 0 ? limits::kPageSize : intent.count;
    // One more than asked tells whether there is another page.
    SALUS_TRY(auto documents, context.records.history(intent.type, id, intent.version, count + 1));
    if (documents.empty() && intent.version == 0) return fail(Errc::not_found, "no such resource");

    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    request::BundleContent bundle{.kind = request::BundleKind::history};
    if (documents.size() > count) {
        documents.pop_back();
        bundle.next_link = context.tenant.fhir_base() + "/" + intent.type + "/" + std::string(id) +
                           "/_history?_count=" + std::to_string(count) +
                           "&_before=" + std::to_string(documents.back().version);
    }
    for (auto& document : documents) {
        prepared.touched.push_back(touched_by_reading(context, intent.type, document));
        bundle.entries.push_back(entry_of(context, intent.type, id, std::move(document)));
    }
    prepared.content = std::move(bundle);
    return prepared;
}

}  // namespace salus::operations

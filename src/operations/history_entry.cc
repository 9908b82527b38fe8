#include "operations/history_entry.h"

namespace salus::operations {

request::EntryContent history_entry(Context const& context, std::string_view type,
                                    std::string_view id, records::StoredDocument document) {
    bool const deleted = document.state == store::VersionState::deleted;
    auto const name = std::string(type) + "/" + std::string(id);
    request::EntryContent entry;
    entry.full_url = context.tenant.fhir_base() + "/" + name;
    entry.type = type;
    entry.text = std::move(document.text);
    entry.version = document.version;
    entry.last_modified = document.last_updated;
    entry.request_url = name;
    entry.request_method = deleted ? Literal("DELETE") : Literal("PUT");
    entry.response_status = deleted ? "204" : document.version == 1 ? "201" : "200";
    return entry;
}

}  // namespace salus::operations

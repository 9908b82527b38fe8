#include "operations/answers.h"

namespace salus::operations {

void set_version_headers(http::Headers& headers, std::uint64_t version, WallTime last_updated) {
    headers.set("Content-Type", kFhirJson);
    headers.set("ETag", "W/\"" + std::to_string(version) + "\"");
    headers.set("Last-Modified", to_http_date(last_updated));
}

std::string version_url(Context const& context, std::string_view type, std::string_view id,
                        std::uint64_t version) {
    std::string url = context.tenant.fhir_base();
    url.append("/").append(type).append("/").append(id).append("/_history/");
    return url + std::to_string(version);
}

request::Touched touched_by_reading(Context const& context, std::string_view type,
                                    records::StoredDocument const& document) {
    bool const shared = document.compartment == context.records.addressing().shared_compartment();
    return {.action = "read",
            .compartment = document.compartment,
            .patient_compartment = !shared,
            .type = std::string(type),
            .address = document.address,
            .version = document.version,
            .stored_hash = document.hash};
}

request::Prepared resource_answer(Context const& context, std::string_view type,
                                  records::StoredDocument document) {
    request::Prepared prepared;
    prepared.touched.push_back(touched_by_reading(context, type, document));
    set_version_headers(prepared.headers, document.version, document.last_updated);
    prepared.content = request::ResourceContent{std::string(type), std::move(document.text)};
    return prepared;
}

}  // namespace salus::operations

// Pieces that answers of several interactions share.
#pragma once

#include <string>

#include "operations/context.h"

namespace salus::operations {

inline constexpr std::string_view kFhirJson = "application/fhir+json; fhirVersion=4.0";

// Content-Type, ETag and Last-Modified of one version (http.html#versioning).
void set_version_headers(http::Headers& headers, std::uint64_t version, WallTime last_updated);
// [base]/[type]/[id]/_history/[version]
[[nodiscard]] std::string version_url(Context const& context, std::string_view type,
                                      std::string_view id, std::uint64_t version);
// How the audit leaf names a document that was read.
[[nodiscard]] request::Touched touched_by_reading(Context const& context, std::string_view type,
                                                  records::StoredDocument const& document);
// A resource by itself: the answer of read and vread.
[[nodiscard]] request::Prepared resource_answer(Context const& context, std::string_view type,
                                                records::StoredDocument document);

}  // namespace salus::operations

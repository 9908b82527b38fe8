// The headers of a FHIR request that change what it means (RFC 9110, http.html#Headers).
#pragma once

#include "foundation/result.h"
#include "http/message.h"
#include "request/intent.h"

namespace salus::operations {

// JSON that the caller accepts and that we can give; Errc::not_acceptable otherwise.
[[nodiscard]] Result<void> check_accept(http::Request const& request);
// application/fhir+json or application/json, UTF-8; Errc::unsupported_media_type otherwise.
[[nodiscard]] Result<void> check_resource_content_type(http::Request const& request);
// application/json, UTF-8: what is no resource.
[[nodiscard]] Result<void> check_json_content_type(http::Request const& request);
enum class PatchFormat { json_patch, fhirpath_patch, other };
// application/json-patch+json, or a FHIR resource's type.
[[nodiscard]] PatchFormat patch_format_of(http::Request const& request);
[[nodiscard]] Result<void> check_form_content_type(http::Request const& request);
// If-Match, If-None-Match, If-Modified-Since and Prefer into the facts; Errc::invalid when
// malformed, or where the interaction cannot heed it.
[[nodiscard]] Result<void> read_preconditions(http::Request const& request,
                                              request::IntentFacts& facts);
// Prefer: handling (https://hl7.org/fhir/R4/search.html#errors). Strict unless lenient is
// preferred.
[[nodiscard]] fhir::Handling search_handling(http::Request const& request);
// W/"3" or "3": a version of ours.
[[nodiscard]] std::optional<std::uint64_t> parse_entity_tag(std::string_view text);

}  // namespace salus::operations

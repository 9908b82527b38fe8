// What writes of one resource have in common: preconditions, and the answer.
#pragma once

#include "fhir/server_fields.h"
#include "operations/stage.h"

namespace salus::operations {

inline fhir::ReferenceMap const kNoReferences;

// If-Match names a version; If-None-Match: * keeps an update from replacing anything.
// Errc::precondition_failed.
[[nodiscard]] Result<void> check_preconditions(request::IntentFacts const& intent,
                                               std::optional<store::Current> const& current);
// If-Match: a concurrent change is then the caller's business, not to be retried.
void refuse_conflicts(request::IntentFacts const& intent, request::Prepared& prepared);
// A caller who is bound to one patient takes nothing from another and gives another nothing: asked
// of the compartment that a resource leaves (Errc::not_found: as if it were not there) and of the
// one that it enters (Errc::forbidden).
[[nodiscard]] Result<void> check_bound(request::Permit const& permit,
                                       std::optional<store::Current> const& leaves);
[[nodiscard]] Result<void> check_bound(request::Permit const& permit, Staged const& enters);
// 201 or 200 with the version's headers, and the content that Prefer asks for.
[[nodiscard]] request::Prepared written(Context const& context, request::Permit const& permit,
                                        Staged staged, std::string_view id, WallTime when);
// A resource that stands already: 200 with its headers, and the content that Prefer asks for.
[[nodiscard]] request::Prepared unchanged(Context const& context, request::Permit const& permit,
                                          std::string_view id, records::StoredDocument document);

}  // namespace salus::operations

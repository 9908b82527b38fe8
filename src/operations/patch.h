// https://hl7.org/fhir/R4/http.html#patch, as JSON Patch (fhir/json_patch.h) and as FHIRPath Patch
// (fhir/fhirpath_patch.h)
#pragma once

#include "fhir/resource.h"
#include "operations/context.h"

namespace salus::operations {

// 200. Errc::not_found, Errc::gone; Errc::unprocessable when the patch does not fit the resource or
// changes what it may not; as an update otherwise.
[[nodiscard]] Result<request::Prepared> patch(Context const& context,
                                              request::Permit const& permit);

// The resource as the patch leaves it, judged like one from outside. `allowed`: what the caller may
// see of it; to who may not see all, what is wrong with the whole is not told.
[[nodiscard]] Result<fhir::Resource> patched(Context const& context,
                                             request::IntentFacts const& intent,
                                             request::AllowedElements const& allowed,
                                             records::StoredDocument const& document);

}  // namespace salus::operations

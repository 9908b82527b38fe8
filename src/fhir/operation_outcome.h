// Errors as FHIR says them (https://hl7.org/fhir/R4/operationoutcome.html) and as HTTP says them
// (https://hl7.org/fhir/R4/http.html#Status-Codes): the one place where both are decided.
// An outcome is made of Literals and definition names, so it never holds ePHI.
// Thread safety: pure functions.
#pragma once

#include <string>

#include "foundation/issue.h"
#include "foundation/result.h"

namespace salus::fhir {

[[nodiscard]] int http_status(Errc code) noexcept;
// A code of https://hl7.org/fhir/R4/valueset-issue-type.html.
[[nodiscard]] Literal issue_type(Errc code) noexcept;
// All issues of the error, if it has a list.
[[nodiscard]] std::string operation_outcome(Error const& error);
// REQUIRES: not empty.
[[nodiscard]] std::string operation_outcome(IssueList const& issues);
// Something that the caller should know, in an answer that succeeded.
[[nodiscard]] std::string operation_outcome_warning(Literal what);
// "All OK": for answers without a resource.
[[nodiscard]] std::string operation_outcome_success(Literal what);

}  // namespace salus::fhir

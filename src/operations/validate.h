// https://hl7.org/fhir/R4/resource-operation-validate.html
#pragma once

#include <string_view>

#include "foundation/issue.h"
#include "operations/context.h"

namespace salus::operations {

struct ValidateAddress {
    std::string_view type;
    std::string_view id;     // empty: none
    std::string_view query;  // mode, profile
};

// Takes the body out of the request. Errc::invalid, Errc::unsupported_media_type: the request is
// wrong; what is wrong with the resource is in the list. Nothing stored is looked at.
[[nodiscard]] Result<IssueList> validation_of(http::Request& request,
                                              ValidateAddress const& address, json::Parser& parser,
                                              fhir::ProfileSet const* profiles);
// An OperationOutcome, 200, whatever it says.
[[nodiscard]] request::Prepared validate(request::Permit const& permit);

}  // namespace salus::operations

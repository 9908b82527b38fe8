// https://hl7.org/fhir/R4/resource-operation-validate.html
#include "operations/validate.h"

#include "fhir/operation_outcome.h"
#include "fhir/validation_request.h"
#include "operations/answers.h"
#include "operations/preconditions.h"
#include "operations/request_reader.h"
#include "request/form.h"

namespace salus::operations {

Result<IssueList> validation_of(http::Request& request, ValidateAddress const& address,
                                json::Parser& parser, fhir::ProfileSet const* profiles) {
    fhir::ValidationRequest asked;
    asked.type = address.type;
    asked.id = address.id;
    SALUS_TRY(auto const parameters, request::parse_form(address.query));
    for (auto const& [name, value] : parameters) {
        if (name == "mode") {
            SALUS_TRY(asked.mode, fhir::validation_mode(value));
        } else if (name == "profile" && asked.profiles.size() < limits::kDemandedProfiles) {
            asked.profiles.push_back(value);
        } else {
            return fail(Errc::invalid, "a parameter is not known here");
        }
    }
    if (!request.body.empty()) SALUS_TRY_VOID(check_resource_content_type(request));
    SALUS_TRY_VOID(fhir::read_validation_body(RequestReader::take_body(request), parser, asked));
    return fhir::validate(std::move(asked), parser, profiles);
}

request::Prepared validate(request::Permit const& permit) {
    auto const& issues = permit.intent().issues;
    bool const none = !issues || issues->issues().empty();
    request::Prepared prepared;
    prepared.headers.set("Content-Type", kFhirJson);
    prepared.content =
        request::PlainContent{none ? fhir::operation_outcome_success("no issues were found")
                                   : fhir::operation_outcome(*issues)};
    return prepared;
}

}  // namespace salus::operations

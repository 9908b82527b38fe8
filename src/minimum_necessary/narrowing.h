// Narrowing: from what an operation prepared to what may leave. Withholds every element that the
// permit does not list and every element that the caller did not ask for (MIN-1; 45 CFR 164.502(b),
// 164.514(d)), labels what was cut, and renders bundles. The only maker of Disclosables.
// Belongs to one thread.
#pragma once

#include <string>

#include "foundation/result.h"
#include "json/document.h"
#include "request/disclosable.h"
#include "request/exchange.h"
#include "request/permit.h"
#include "request/prepared.h"

namespace salus::minimum_necessary {

// In whose words an error is told (API-3).
enum class ErrorForm {
    operation_outcome,  // FHIR
    oauth,              // RFC 6749 section 5.2
    problem,            // RFC 9457
    page,               // for a person
};

// How a refused request spoke, so that the refusal answers in kind.
struct RefusedRequest {
    ErrorForm form = ErrorForm::operation_outcome;
    request::Challenge challenge;
    std::string issuer;           // the realm
    std::string allowed_methods;  // of Errc::method_not_allowed (RFC 9110 section 15.5.6)
    RequestId id;
};

class Narrowing {
public:
    // Takes the content out of `prepared`. Errc::corrupt if a stored resource cannot be followed.
    [[nodiscard]] Result<request::Disclosable> narrow(request::Prepared& prepared,
                                                      request::Permit const& permit,
                                                      request::Exchange const& exchange);
    // An error holds literals and element names only, so it may always leave.
    [[nodiscard]] static request::Disclosable refusal(Error const& error,
                                                      RefusedRequest const& request);

private:
    [[nodiscard]] Result<std::string> narrow_resource(std::string_view type, std::string text,
                                                      request::AllowedElements const& allowed,
                                                      request::RequestedElements const& requested,
                                                      bool bears_notice);
    [[nodiscard]] Result<EphiText> render_bundle(request::BundleContent& bundle,
                                                 request::Permit const& permit,
                                                 request::Exchange const& exchange);

    json::Parser parser_;
};

}  // namespace salus::minimum_necessary

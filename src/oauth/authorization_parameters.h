// What a request for authorization says (RFC 6749 section 4.1.1, RFC 7636, OpenID Connect Core
// section 3.1.2.1, SMART App Launch 2.2), checked. The client and where answers may go were found
// before: everything that is wrong here may be told there. AZ4, AZ5, F2, F12. Any thread.
#pragma once

#include <expected>
#include <vector>

#include "identity/authorization_request.h"
#include "oauth/client.h"
#include "request/form.h"
#include "request/tenant.h"

namespace salus::oauth {

// RFC 6749 section 4.1.2.1 and its like.
struct AuthorizationProblem {
    Literal code;
    Literal why;
};

// Parameters that are not known are ignored (RFC 6749 section 3.1); one that is there twice is
// refused. `redirect_uri` is the address that was found, `given` whether the request named it.
[[nodiscard]] std::expected<identity::AuthorizationRequest, AuthorizationProblem>
read_authorization_request(request::Tenant const& tenant, Client const& client,
                           std::vector<request::Parameter> const& parameters,
                           std::string redirect_uri, bool given);

}  // namespace salus::oauth

// The UserInfo endpoint (OpenID Connect Core section 5.3): who the person is that the token acts
// for, as far as its scopes let the client see. Belongs to one thread, as the records do.
#pragma once

#include "identity/documents.h"
#include "request/exchange.h"

namespace salus::oauth {

// Errc::forbidden without the scope openid. REQUIRES: the caller acts for a person.
[[nodiscard]] Result<request::Prepared> user_info(request::Tenant const& tenant,
                                                  identity::Documents documents,
                                                  request::CallerFacts const& caller);

}  // namespace salus::oauth

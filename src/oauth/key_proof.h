// Which key a client proved to hold with its request (RFC 9449 section 5), used up by that. Any
// thread, as the guards.
#pragma once

#include <string>

#include "authentication/token_guards.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "http/message.h"

namespace salus::oauth {

// The key's thumbprint; empty: the request has no proof. `url`: the endpoint's, by configuration.
// Errc::unauthenticated for a proof that is not valid, or several; other errors are faults of ours.
[[nodiscard]] Result<std::string> proven_key(http::Request const& request, std::string const& url,
                                             authentication::TokenGuards& guards,
                                             Clock const& clock);

}  // namespace salus::oauth

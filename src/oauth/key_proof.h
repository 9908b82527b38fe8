// Which key a client proved to hold with its request (RFC 9449 section 5), used up by that. Any
// thread, as the guards.
#pragma once

#include <string>

#include "authentication/token_guards.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "request/exchange.h"
#include "request/prepared.h"

namespace salus::oauth {

// The key's thumbprint; empty: the request has no proof. `url`: the endpoint's, by configuration.
// `client`: who asks. Errc::unauthenticated for a proof that is not valid, or several, or without
// the nonce that it needs, which the exchange's challenge then tells; other errors are faults of
// ours.
[[nodiscard]] Result<std::string> proven_key(request::Exchange& exchange, std::string const& url,
                                             ClientId const& client,
                                             authentication::TokenGuards& guards,
                                             Clock const& clock);
// What such a client is told (RFC 9449 sections 5 and 8).
[[nodiscard]] request::Prepared key_not_proven(request::Exchange const& exchange);

}  // namespace salus::oauth

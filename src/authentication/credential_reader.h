// The bearer token of a request, if it has exactly one, in the Authorization header and nowhere
// else: a token in the query or a form is not looked for (RFC 9700 section 4.3.2).
#pragma once

#include <optional>
#include <string_view>

#include "foundation/result.h"
#include "http/message.h"

namespace salus::authentication {

// Nothing when there is no Authorization header. Errc::unauthenticated for more than one header,
// another scheme, or a malformed value (RFC 6750 section 2.1). Borrows the request.
[[nodiscard]] Result<std::optional<std::string_view>> bearer_token(http::Request const& request);

}  // namespace salus::authentication

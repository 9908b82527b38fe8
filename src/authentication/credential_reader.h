// The credentials of a request, if it has exactly one access token, in the Authorization header and
// nowhere else: a token in the query or a form is not looked for (RFC 9700 section 4.3.2).
#pragma once

#include <optional>
#include <string_view>

#include "foundation/result.h"
#include "http/message.h"

namespace salus::authentication {

enum class Scheme { bearer, dpop };

// Borrows the request.
struct Credential {
    Scheme scheme = Scheme::bearer;
    std::string_view token;
};

// Nothing when there is no Authorization header. Errc::unauthenticated for more than one header,
// another scheme, or a malformed value (RFC 6750 section 2.1, RFC 9449 section 7.1).
[[nodiscard]] Result<std::optional<Credential>> credential_of(http::Request const& request);

// The class of this room that opens what a client sent: the address that a proof of possession must
// name.
class CredentialReader {
public:
    [[nodiscard]] static std::string_view target(http::Request const& request) {
        return request.target.reveal({});
    }
};

}  // namespace salus::authentication

// Where answers may be sent to (RFC 6749 section 3.1.2, RFC 9700 section 2.1, RFC 8252
// section 7.3). What is registered is compared byte for byte; there are no patterns. AZ2, AZ3, F1,
// F16. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace salus::oauth {

// https with a host, or http on 127.0.0.1 or [::1] for programs on the person's own machine; no
// user information, no fragment, no white space or control, no backslash, in ASCII.
[[nodiscard]] bool is_redirect_uri(std::string_view text);
// One of the registered, exactly; of a loopback address only the port may differ (RFC 8252).
[[nodiscard]] bool matches_redirect_uri(std::vector<std::string> const& registered,
                                        std::string_view asked);
// Scheme and authority: "https://app.example:8443". REQUIRES: is_redirect_uri(uri).
[[nodiscard]] std::string origin_of(std::string_view uri);

}  // namespace salus::oauth

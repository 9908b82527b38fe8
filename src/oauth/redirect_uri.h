// Redirect URIs (RFC 6749 section 3.1.2, RFC 9700 section 2.1, RFC 8252 section 7.3): the address
// that an authorization response may go to. Compared byte by byte; there are no wildcards, and
// nothing is normalized, because whatever two parsers read differently sends a code to a stranger.
// IAM-1. Pure functions, any thread.
#pragma once

#include <string_view>

namespace salus::oauth {

// What may be registered: an absolute https URI in visible ASCII without fragment and user
// information, of at most limits::kRedirectUriBytes; or, for programs on a person's own machine,
// http to the loopback addresses 127.0.0.1 and [::1].
[[nodiscard]] bool is_redirect_uri(std::string_view uri) noexcept;

// Whether a request's redirect URI is the registered one. Of a loopback address the port may be
// another, because such a program does not know beforehand which one it gets.
[[nodiscard]] bool is_registered_redirect(std::string_view asked,
                                          std::string_view registered) noexcept;

}  // namespace salus::oauth

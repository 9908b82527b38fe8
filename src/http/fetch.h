// A small public document from an address that somebody else named, such as the keys of a client
// (RFC 7591 `jwks_uri`), and a form that is sent to one. What that somebody could do to us is what
// the rules are about: https alone, no redirects, bounded in size and in time as a whole, and no
// connection to an address that is not of the Internet (server-side request forgery). The name is
// resolved once, and the connection goes to an address that was checked, so a name that changes its
// mind meanwhile (DNS rebinding) changes nothing. It blocks: never on an event loop. Thread safety:
// any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "http/network.h"
#include "http/resolver.h"

namespace salus::http {

struct FetchRules {
    std::string authorities_pem;        // trusted to name the server; no others (TRN-4)
    std::vector<Network> networks;      // beyond the public ones
    std::size_t bytes = 0;              // of the document, at most
    std::chrono::milliseconds time{0};  // for all of it; the system resolves names in its own time
};

struct Fetched {
    std::string body;
    // `max-age` of Cache-Control (RFC 9111 section 5.2.2.1); 0 for no-store and no-cache; nothing
    // where the server does not say.
    std::optional<std::chrono::seconds> max_age;
};

// "https://host[:port]/path?query" in visible ASCII; no user information, no fragment.
[[nodiscard]] bool is_https_url(std::string_view url);

// Errc::forbidden: no address of the host may be called. Errc::unavailable: it cannot be reached,
// its certificate is not trusted, or it answers otherwise than 200. Errc::timeout, Errc::too_large.
// Errc::invalid: no https URL, or no acceptable HTTP.
[[nodiscard]] Result<Fetched> fetch(std::string const& url, FetchRules const& rules,
                                    Resolver const& resolver);

// The same for a form (application/x-www-form-urlencoded), answered with 200 or 204. Sent once: one
// whose answer is lost may have been taken.
[[nodiscard]] Result<Fetched> post_form(std::string const& url, std::string_view form,
                                        FetchRules const& rules, Resolver const& resolver);

}  // namespace salus::http

// How a logout token gets to a client (OpenID Connect Back-Channel Logout 1.0 section 2.5): posted
// to the address that it registered, under the rules by which keys of clients are fetched. It
// blocks: never on an event loop. Any thread.
#pragma once

#include <string>

#include "http/fetch.h"

namespace salus::app {

class LogoutSender {
public:
    virtual ~LogoutSender() = default;
    // Once. An error: the client may have got it all the same. Errors as http::post_form.
    [[nodiscard]] virtual Result<void> send(std::string const& url,
                                            std::string const& token) const = 0;
};

class HttpsLogoutSender final : public LogoutSender {
public:
    // `rules`: whom to trust and where to go; how much and how long is limits' to say. Borrows the
    // resolver.
    HttpsLogoutSender(http::FetchRules rules, http::Resolver const& resolver);
    [[nodiscard]] Result<void> send(std::string const& url,
                                    std::string const& token) const override;

private:
    http::FetchRules rules_;
    http::Resolver const& resolver_;
};

}  // namespace salus::app

// How the provider is reached: an interface, so that tests own the network. It blocks: never on an
// event loop. Thread safety: any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "http/fetch.h"

namespace salus::outside_provider {

class Network {
public:
    virtual ~Network() = default;
    // Errors as http::fetch() and http::post_form().
    [[nodiscard]] virtual Result<http::Fetched> get(std::string const& url) const = 0;
    [[nodiscard]] virtual Result<http::Fetched> post(std::string const& url,
                                                     std::string_view form) const = 0;
};

// Over HTTPS, by the rules of http/fetch.h.
class HttpsNetwork final : public Network {
public:
    // Borrows the resolver.
    HttpsNetwork(http::FetchRules rules, http::Resolver const& resolver)
        : rules_(std::move(rules)), resolver_(resolver) {}
    [[nodiscard]] Result<http::Fetched> get(std::string const& url) const override {
        return http::fetch(url, rules_, resolver_);
    }
    [[nodiscard]] Result<http::Fetched> post(std::string const& url,
                                             std::string_view form) const override {
        return http::post_form(url, form, rules_, resolver_);
    }

private:
    http::FetchRules rules_;
    http::Resolver const& resolver_;
};

}  // namespace salus::outside_provider

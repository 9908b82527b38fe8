// Where keys by address come from: an interface, so that tests own the network. It blocks: never on
// an event loop. Thread safety: any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "http/fetch.h"
#include "jose/jwk.h"

namespace salus::oauth {

struct KeyDocument {
    jose::KeySet keys;
    std::optional<std::chrono::seconds> max_age;  // as the server says; nothing: it does not
};

class KeySource {
public:
    virtual ~KeySource() = default;
    // The key set that stands at a registered address now.
    [[nodiscard]] virtual Result<KeyDocument> keys_at(std::string const& url) const = 0;
};

// Over HTTPS, by the rules of http/fetch.h.
class HttpsKeySource final : public KeySource {
public:
    // Borrows the resolver.
    HttpsKeySource(http::FetchRules rules, http::Resolver const& resolver)
        : rules_(std::move(rules)), resolver_(resolver) {}
    [[nodiscard]] Result<KeyDocument> keys_at(std::string const& url) const override {
        SALUS_TRY(auto fetched, http::fetch(url, rules_, resolver_));
        SALUS_TRY(auto keys, jose::KeySet::parse(std::move(fetched.body)));
        return KeyDocument{.keys = std::move(keys), .max_age = fetched.max_age};
    }

private:
    http::FetchRules rules_;
    http::Resolver const& resolver_;
};

}  // namespace salus::oauth

// For tests: an OpenID provider without a network. It says what a test lets it say, and keeps what
// it was asked. Included by tests only.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "foundation/clock.h"
#include "jose/jwk.h"
#include "jose/jws.h"
#include "outside_provider/network.h"
#include "outside_provider/settings.h"
#include "request/form.h"

namespace salus::testing {

inline std::string const kProviderIssuer = "https://login.example";

inline request::RoleName role(std::string_view name) {
    return *request::RoleName::parse(name);
}

inline outside_provider::Settings provider_settings() {
    return {
        .issuer = kProviderIssuer,
        .client_id = "salus",
        .name = "Example <Hospital>",
        .multi_factor = {.acr = {"mfa"}, .amr = {"otp"}},
        .phishing_resistant = {.acr = {"phr"}, .amr = {}},
        .roles = {{.claim = "groups", .value = "cardiology-nurses", .role = role("nurse")},
                  {.claim = "groups", .value = "ward-4", .role = role("nurse")},
                  {.claim = "groups", .value = "Ärzte", .role = role("physician")},
                  {.claim = "department", .value = "cardiology", .role = role("cardiologist")}}};
}

// Members by name, each value as JSON text, so that a test can take one away or spoil it.
using JsonTexts = std::map<std::string, std::string>;

inline std::string object_of(JsonTexts const& members) {
    std::string out = "{";
    for (auto const& [name, value] : members)
        out.append(out.size() > 1 ? ",\"" : "\"").append(name).append("\":").append(value);
    return out + "}";
}
inline std::string quoted(std::string const& text) {
    return "\"" + text + "\"";
}

struct ProviderKey {
    std::string kid;
    crypto::SigningKey key;
    static ProviderKey make(
        std::string kid, crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::es256) {
        return {std::move(kid), crypto::SigningKey::generate(algorithm)};
    }
    [[nodiscard]] std::string jwk() const {
        return jose::to_jwk(key.verifying_key(), kid, key.algorithm());
    }
};

// Thread safety: a test changes it while nobody asks.
class ProviderForTest final : public outside_provider::Network {
public:
    JsonTexts metadata{
        {"issuer", quoted(kProviderIssuer)},
        {"authorization_endpoint", quoted(kProviderIssuer + "/auth?realm=a")},
        {"token_endpoint", quoted(kProviderIssuer + "/token")},
        {"jwks_uri", quoted(kProviderIssuer + "/keys")},
        {"authorization_response_iss_parameter_supported", "true"},
    };
    ProviderKey key = ProviderKey::make("one");
    std::vector<std::string> published{key.jwk()};
    JsonTexts claims;   // of the next ID token
    std::string token;  // instead of one with these claims; empty: none
    bool is_down = false;
    mutable std::atomic<int> gets = 0;
    mutable std::atomic<int> posts = 0;
    mutable std::vector<request::Parameter> form;  // that came last

    // A right answer to a request with this nonce.
    void say(std::string const& nonce, WallTime now, std::string const& acr = "mfa") {
        auto const seconds = to_unix_seconds(now);
        claims = {{"iss", quoted(kProviderIssuer)},
                  {"sub", quoted("account-7")},
                  {"aud", quoted("salus")},
                  {"nonce", quoted(nonce)},
                  {"iat", std::to_string(seconds)},
                  {"exp", std::to_string(seconds + 300)},
                  {"auth_time", std::to_string(seconds - 30)},
                  {"acr", quoted(acr)},
                  {"email", quoted("ada@example.org")}};
    }
    [[nodiscard]] std::string field(std::string const& name) const {
        return std::string(request::single(form, name).value_or(""));
    }

    [[nodiscard]] Result<http::Fetched> get(std::string const& url) const override {
        ++gets;
        if (is_down) return fail(Errc::unavailable, "nobody answers");
        if (url == kProviderIssuer + "/.well-known/openid-configuration")
            return http::Fetched{.body = object_of(metadata), .max_age = std::nullopt};
        if (url == kProviderIssuer + "/keys")
            return http::Fetched{.body = jose::to_key_set(published), .max_age = std::nullopt};
        return fail(Errc::unavailable, "there is no such document");
    }
    [[nodiscard]] Result<http::Fetched> post(std::string const& url,
                                             std::string_view text) const override {
        ++posts;
        SALUS_TRY(form, request::parse_form(text));
        if (is_down || url != kProviderIssuer + "/token")
            return fail(Errc::unavailable, "nobody answers");
        auto const signed_token =
            token.empty() ? jose::sign_compact(key.key, key.kid, "JWT", object_of(claims)) : token;
        return http::Fetched{.body = object_of({{"access_token", quoted("a")},
                                                {"token_type", quoted("Bearer")},
                                                {"id_token", quoted(signed_token)}}),
                             .max_age = std::nullopt};
    }
};

}  // namespace salus::testing

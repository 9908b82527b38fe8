#include "outside_provider/messages.h"

#include "crypto/hash.h"
#include "foundation/provider_limits.h"
#include "foundation/sign_in_limits.h"
#include "jose/client_assertion.h"
#include "jose/jws.h"
#include "json/writer.h"
#include "request/form.h"

namespace salus::outside_provider {
namespace {

std::string encoded(std::vector<request::Parameter> const& parameters) {
    std::string out;
    for (auto const& parameter : parameters) {
        if (!out.empty()) out.push_back('&');
        out.append(parameter.name).append("=").append(request::percent_encode(parameter.value));
    }
    return out;
}

// The best one first (OpenID Connect Core section 3.1.2.1).
std::string wanted_classes(Settings const& settings) {
    std::string out;
    for (auto const* accepted : {&settings.phishing_resistant, &settings.multi_factor}) {
        for (auto const& acr : accepted->acr) out += (out.empty() ? "" : " ") + acr;
    }
    return out;
}

// RFC 6749 section 3.3.
std::string wanted_scope(Settings const& settings) {
    std::string out = "openid";
    for (auto const& scope : settings.scopes) out.append(" ").append(scope);
    return out;
}

}  // namespace

std::string authorization_url(Metadata const& metadata, Settings const& settings, Ask const& ask) {
    auto const challenge = to_base64url(crypto::sha256(bytes_of(ask.verifier)));
    auto const oldest = std::chrono::seconds(limits::kSessionLife).count();
    std::vector<request::Parameter> parameters{{"response_type", "code"},
                                               {"client_id", settings.client_id},
                                               {"redirect_uri", ask.redirect_uri},
                                               {"scope", wanted_scope(settings)},
                                               {"state", ask.state},
                                               {"nonce", ask.nonce},
                                               {"code_challenge", challenge},
                                               {"code_challenge_method", "S256"},
                                               {"max_age", std::to_string(oldest)}};
    if (auto classes = wanted_classes(settings); !classes.empty())
        parameters.push_back({"acr_values", std::move(classes)});
    if (ask.anew) parameters.push_back({"prompt", "login"});
    auto const& endpoint = metadata.authorization_endpoint;
    char const separator = endpoint.find('?') == std::string::npos ? '?' : '&';
    return endpoint + separator + encoded(parameters);
}

std::string client_assertion(Settings const& settings, crypto::SigningKey const& key,
                             std::string const& key_id, crypto::Random& random, WallTime now) {
    auto const issued = to_unix_seconds(now);
    std::string claims;
    json::Writer writer(claims);
    writer.begin_object();
    writer.key("iss").string(settings.client_id);
    writer.key("sub").string(settings.client_id);
    writer.key("aud").string(settings.issuer);
    writer.key("jti").string(crypto::random_id(random));
    writer.key("iat").integer(issued);
    writer.key("exp").integer(issued + std::chrono::seconds(limits::kClientAssertionLife).count());
    writer.end_object();
    return jose::sign_compact(key, key_id, "client-authentication+jwt", claims);
}

std::string token_form(Settings const& settings, Redemption const& redemption) {
    return encoded({{"grant_type", "authorization_code"},
                    {"code", redemption.code},
                    {"redirect_uri", redemption.redirect_uri},
                    {"code_verifier", redemption.verifier},
                    {"client_id", settings.client_id},
                    {"client_assertion_type", std::string(jose::kClientAssertionType)},
                    {"client_assertion", redemption.assertion}});
}

}  // namespace salus::outside_provider

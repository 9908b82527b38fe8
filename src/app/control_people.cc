// IAM: people, what apps get in their name, and how they prove who they are. Each reading tries the
// rules in force on values of its own.
#include <array>
#include <fmt/format.h>

#include "app/control_readings.h"
#include "app/instance.h"
#include "foundation/oauth_limits.h"
#include "foundation/sign_in_limits.h"
#include "identity/grant.h"
#include "identity/session.h"
#include "oauth/authorization_parameters.h"
#include "oauth/metadata.h"
#include "oauth/redirect_uri.h"
#include "sign_in/next_step.h"

namespace salus::app {
namespace {

using Parameters = std::vector<request::Parameter>;

Parameters good_request(request::Tenant const& tenant) {
    return {{"response_type", "code"},
            {"scope", "patient/Observation.rs"},
            {"aud", tenant.fhir_base()},
            {"code_challenge", std::string(43, 'A')},
            {"code_challenge_method", "S256"}};
}

Parameters with(Parameters parameters, std::string_view name, std::string_view value) {
    for (auto& parameter : parameters) {
        if (parameter.name == name) parameter.value = value;
    }
    return parameters;
}

// A grant whose refresh token was replaced once, at `rotated`.
identity::Grant rotated_grant(identity::SecretId const& old, identity::SecretId const& current,
                              WallTime rotated) {
    identity::Grant grant;
    grant.given = grant.used = grant.rotated = rotated;
    grant.replaced = old.hash();
    grant.refresh = current.hash();
    return grant;
}

// Whom else this instance lets say who signed in, and what that is worth here.
std::string outside_provider_in(Configuration const& configuration) {
    if (!configuration.outside_provider) return "no outside provider signs people in";
    auto const most = outside_provider::most_of(configuration.outside_provider->settings);
    auto const acr = identity::acr_of(most);
    return acr.empty() ? "an outside provider is half a sign-in"
                       : fmt::format("an outside provider proves at most \"{}\"", acr);
}

}  // namespace

Finding code_flow(EvidenceContext const& context) {
    auto const tenant = first_tenant(context);
    oauth::Client const client;
    auto const takes = [&](Parameters const& parameters) {
        return oauth::read_authorization_request(tenant, client, parameters, "https://app.example/",
                                                 true)
            .has_value();
    };
    auto const good = good_request(tenant);
    auto const wrong = std::to_array<Parameters>(
        {with(good, "code_challenge_method", "plain"), with(good, "code_challenge", ""),
         with(good, "response_type", "token"), with(good, "response_type", "id_token"),
         with(good, "aud", "https://elsewhere.example/fhir"), with(good, "scope", "everything")});
    std::size_t refused = 0;
    for (auto const& parameters : wrong) refused += takes(parameters) ? 0U : 1U;
    std::vector<std::string> const registered{"https://app.example/cb"};
    auto const near = std::to_array<std::string_view>(
        {"https://app.example/cb/", "https://app.example/cb?x", "https://app.example:444/cb",
         "https://app.example.evil.test/cb", "http://app.example/cb"});
    std::size_t elsewhere = 0;
    for (auto const uri : near) elsewhere += oauth::matches_redirect_uri(registered, uri) ? 1U : 0U;
    return works_if(
        takes(good) && refused == wrong.size() && elsewhere == 0,
        fmt::format(
            "tried now: {} of {} requests without PKCE S256, of another flow or for another "
            "server refused, a good one accepted; {} of {} addresses near a registered one "
            "match; codes live {} s",
            refused, wrong.size(), elsewhere, near.size(), limits::kAuthorizationCodeLife.count()));
}

Finding refresh_rotation(EvidenceContext const& context) {
    using identity::RefreshVerdict;
    auto const now = context.sources.clock.now();
    crypto::SystemRandom random;
    auto const old = identity::SecretId::make(random);
    auto const current = identity::SecretId::make(random);
    auto const grant = rotated_grant(old, current, now);
    auto const late = now + limits::kRefreshRetryWindow;
    bool const holds = identity::judge(grant, current, "", now) == RefreshVerdict::current &&
                       identity::judge(grant, old, "", now) == RefreshVerdict::retry &&
                       identity::judge(grant, old, "", late) == RefreshVerdict::reused &&
                       identity::judge(grant, old, "other key", now) == RefreshVerdict::reused &&
                       identity::judge(grant, current, "other key", now) == RefreshVerdict::foreign;
    return works_if(
        holds,
        fmt::format("tried now: a replaced token ends its grant, but for one retry "
                    "within {} s by the same key; grants end after {} idle days",
                    limits::kRefreshRetryWindow.count(), limits::kGrantIdle.count() / 86'400));
}

Finding openid_connect(EvidenceContext const& context) {
    json::Parser parser;
    auto const document = parser.parse(oauth::openid_configuration(
        first_tenant(context), context.sources.configuration.oauth.signing_algorithm));
    if (!document) return broken("the OpenID configuration is not JSON");
    std::size_t found = 0;
    constexpr std::array<std::string_view, 5> kEndpoints{"authorization_endpoint", "token_endpoint",
                                                         "userinfo_endpoint",
                                                         "end_session_endpoint", "jwks_uri"};
    for (auto const name : kEndpoints)
        found += document->root().text_member(name).has_value() ? 1U : 0U;
    return works_if(found == kEndpoints.size(),
                    fmt::format("the configuration as served names {} of {} endpoints; ID tokens "
                                "live {} s; {}",
                                found, kEndpoints.size(), limits::kIdTokenLife.count(),
                                outside_provider_in(context.sources.configuration)));
}

// The step that follows from each assurance, asked of the function that the pages go by.
Finding strong_factors(EvidenceContext const& context) {
    using identity::Assurance;
    auto const now = context.sources.clock.now();
    identity::PendingAuthorization pending;
    pending.asked = now;
    pending.request.scope = *request::parse_scope_request("user/Patient.r");
    identity::User user;
    user.password = identity::Password{};
    user.totp.emplace();
    std::size_t let_through = 0;
    bool strong_goes_on = true;
    for (auto const assurance : {Assurance::none, Assurance::recovery, Assurance::multi_factor,
                                 Assurance::phishing_resistant}) {
        identity::Session session;
        session.assurance = assurance;
        session.authenticated = session.began = session.used = now;
        auto const step = sign_in::next_step({.pending = pending,
                                              .session = &session,
                                              .user = &user,
                                              .grantable = &pending.request.scope,
                                              .now = now})
                              .step;
        bool const goes_on = step == sign_in::Step::consent || step == sign_in::Step::done;
        bool const strong = assurance >= Assurance::multi_factor;
        if (strong) {
            strong_goes_on = strong_goes_on && goes_on;
        } else {
            let_through += goes_on ? 1U : 0U;
        }
    }
    return works_if(let_through == 0 && strong_goes_on,
                    fmt::format("tried now: {} of 2 sign-ins below two factors reach an app, by "
                                "passkey or by password and one-time password they do; sessions "
                                "end after {} idle minutes",
                                let_through, limits::kSessionIdle.count() / 60));
}

}  // namespace salus::app

// For the room's tests: one relying party and both of its ceremonies.
#pragma once

#include <gtest/gtest.h>

#include "factors/webauthn/authentication.h"
#include "factors/webauthn/authenticator_for_test.h"
#include "factors/webauthn/registration.h"
#include "foundation/factor_limits.h"

namespace salus::factors::webauthn::testing {

inline constexpr std::string_view kSession = "session-of-a-browser";

class WebauthnTest : public ::testing::Test {
protected:
    static RelyingParty party() {
        return RelyingParty::make("example.org", "Clinic",
                                  {"https://sign-in.example.org", "https://example.org:8443"})
            .value();
    }
    static RegistrationCeremony registering(RegistrationPolicy policy = {}) {
        return {party(), std::move(policy)};
    }
    static AuthenticationCeremony authenticating(
        UserVerification verification = UserVerification::required) {
        return {party(), verification};
    }
    RegistrationCeremony::Started begin(RegistrationCeremony const& ceremony) {
        return ceremony.start(user_, {}, kSession, now_, random_).value();
    }

    static Result<Credential> finish(RegistrationCeremony const& ceremony, RegistrationState state,
                                     Answer const& answer, WallTime now) {
        auto const response = RegistrationResponse::parse(answer.json());
        if (!response) return fail(response.error());
        return ceremony.finish(std::move(state), *response, kSession, now);
    }
    // From the options to the credential.
    Result<Credential> register_with(SoftAuthenticator const& authenticator,
                                     std::string_view format = "none",
                                     RegistrationPolicy policy = {}) {
        auto const ceremony = registering(std::move(policy));
        auto started = begin(ceremony);
        auto const answer = authenticator.create(started.options, format);
        return finish(ceremony, std::move(started.state), answer, now_);
    }

    // Of the user whose credential it is.
    AuthenticationCeremony::Started ask_for(Credential const& credential) {
        return authenticating()
            .start_for(credential.user_handle, {credential}, kSession, now_, random_)
            .value();
    }
    static Result<Authenticated> finish(AuthenticationCeremony const& ceremony,
                                        AuthenticationState state, Answer const& answer,
                                        Credential const& credential, WallTime now) {
        auto const response = AuthenticationResponse::parse(answer.json());
        if (!response) return fail(response.error());
        return ceremony.finish(std::move(state), *response, credential, kSession, now);
    }
    Result<Authenticated> authenticate(SoftAuthenticator const& authenticator,
                                       Credential const& credential) {
        auto started = ask_for(credential);
        auto const answer = authenticator.get(started.options);
        return finish(authenticating(), std::move(started.state), answer, credential, now_);
    }

    WallTime now_{std::chrono::seconds(1'790'000'000)};
    crypto::SystemRandom random_;
    RegisteringUser user_{.handle = Bytes(32, 0x55),
                          .name = "a.clinician@example.org",
                          .display_name = "A. Clinician, \"MD\""};
};

}  // namespace salus::factors::webauthn::testing

// The sign-in pages: from a browser of which nobody is known to a session, and from there to the
// answer that an app waits for (RFC 6749 section 3.1, OpenID Connect Core section 3.1.2). Belongs
// to one thread.
#pragma once

#include "request/exchange.h"
#include "request/prepared.h"
#include "sign_in/attempt.h"
#include "sign_in/desk.h"
#include "sign_in/guess.h"
#include "sign_in/next_step.h"
#include "sign_in/sessions.h"
#include "sign_in/waiting.h"

namespace salus::sign_in {

class SignIn {
public:
    // Borrows the desk.
    explicit SignIn(Desk const& desk) : desk_(desk) {}

    // /sign-in and below. Errc::not_found, Errc::method_not_allowed, Errc::invalid, Errc::forbidden
    // (a form that is not ours); what a person did wrong is a page and no error.
    [[nodiscard]] Result<request::Prepared> answer(request::Exchange& exchange) const;

private:
    [[nodiscard]] Result<request::Prepared> by_form(Visit const& visit) const;
    // GET /sign-in: whatever comes next.
    [[nodiscard]] Result<request::Prepared> proceed(Visit const& visit) const;
    [[nodiscard]] Result<request::Prepared> ask_to_sign_in(Visit const& visit, Literal what_failed,
                                                           int status) const;

    // A password, and a one-time password after it (sign_in_password.cc).
    [[nodiscard]] Result<request::Prepared> take_password(Visit const& visit) const;
    [[nodiscard]] Result<request::Prepared> ask_one_time_password(Visit const& visit,
                                                                  Literal what_failed,
                                                                  int status) const;
    [[nodiscard]] Result<request::Prepared> take_one_time_password(Visit const& visit) const;
    // A recovery code, or that of a first sign-in.
    [[nodiscard]] Result<request::Prepared> ask_code(Visit const& visit, Literal what_failed,
                                                     int status) const;
    [[nodiscard]] Result<request::Prepared> take_code(Visit const& visit) const;

    // A passkey (sign_in_passkey.cc).
    [[nodiscard]] Result<request::Prepared> begin_passkey(Visit const& visit) const;
    [[nodiscard]] Result<request::Prepared> take_passkey(Visit const& visit) const;

    // The outside OpenID provider (sign_in_provider.cc).
    [[nodiscard]] Result<request::Prepared> begin_provider(Visit const& visit) const;
    [[nodiscard]] Result<request::Prepared> take_provider(Visit const& here) const;
    [[nodiscard]] Result<request::Prepared> refuse_provider(Visit const& visit,
                                                            Attempt const* attempt,
                                                            Literal rule) const;
    [[nodiscard]] Result<request::Prepared> admit_from_provider(
        Visit const& visit, Attempt attempt, identity::OutsideRequest const& asked,
        outside_provider::Proven const& proven) const;

    // Signed in: whose records, and what the app may do (authorize.cc).
    [[nodiscard]] Result<request::Prepared> authorize(Visit const& visit, Waiting waiting,
                                                      std::optional<LiveSession> live) const;
    [[nodiscard]] Result<request::Prepared> take_consent(Visit const& visit) const;
    [[nodiscard]] Result<request::Prepared> take_patient(Visit const& visit) const;

    Desk const& desk_;
};

}  // namespace salus::sign_in

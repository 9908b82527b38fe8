// What is half done in a browser or in a session: a password that was right, a ceremony that was
// begun, a secret that was shown. Belongs to one thread.
#pragma once

#include "identity/sign_in_attempt.h"
#include "sign_in/desk.h"

namespace salus::sign_in {

using Attempt = identity::Stored<identity::SignInAttempt>;

// Under the browser's cookie; a new one where there is none, or its time is over.
// Errc::forbidden for an id whose secret the cookie has not.
[[nodiscard]] Result<Attempt> attempt_of(Desk const& desk, identity::SecretId const& cookie);
// Of a session that is live: what was begun under a former cookie of it is over.
[[nodiscard]] Result<Attempt> attempt_in_session(Desk const& desk,
                                                 identity::SecretId const& cookie);
[[nodiscard]] Result<void> keep(Desk const& desk, Attempt const& attempt,
                                request::Prepared& prepared);

}  // namespace salus::sign_in

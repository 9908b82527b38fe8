// The code with which a user enrols factors: handed over by an administrator, good once (RE1). It
// has the form of a recovery code: 80 random bits. Any thread.
#pragma once

#include <string_view>

#include "crypto/random.h"
#include "foundation/clock.h"
#include "identity/documents.h"
#include "identity/user.h"

namespace salus::identity {

// Makes the user's code anew; it is kept as a hash alone.
[[nodiscard]] SecretBytes new_enrolment(User& user, WallTime now, crypto::Random& random);
// Whether this is it, however it was typed; it then is not any more, and the caller stores that
// before anybody is let in. Constant time in the code.
[[nodiscard]] bool use_enrolment(User& user, std::string_view typed, WallTime now);
// Every factor and code, when an administrator resets a user. The user's document is the caller's
// to write.
[[nodiscard]] Result<void> take_factors(Documents& documents, User& user,
                                        request::Prepared& prepared);
// Nobody owns this passkey any more.
[[nodiscard]] Result<void> disown(Documents& documents, Passkey const& passkey,
                                  request::Prepared& prepared);

}  // namespace salus::identity

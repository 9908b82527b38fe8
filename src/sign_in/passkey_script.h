// The one script of the sign-in pages, /sign-in/passkey.js: passkeys, and what makes forms and
// times easier. Any thread.
#pragma once

#include "request/prepared.h"

namespace salus::sign_in {

[[nodiscard]] request::Prepared passkey_script_answer();

}  // namespace salus::sign_in

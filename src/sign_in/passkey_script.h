// The one script of the sign-in pages, /sign-in/passkey.js: it asks the browser for passkeys. Any
// thread.
#pragma once

#include "request/prepared.h"

namespace salus::sign_in {

[[nodiscard]] request::Prepared passkey_script_answer();

}  // namespace salus::sign_in

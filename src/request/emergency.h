// Declared emergencies ("break-glass", 45 CFR 164.312(a)(2)(ii)): a person says, on a page of this
// server and with a reason, that they need one patient's record now. What they declared is in the
// token of the app for which they did, which reaches that patient and nobody else, and is over at
// its time, or when they or an administrator end it. Pure; any thread.
#pragma once

#include "request/caller.h"

namespace salus::request {

// Asked of each request: what was in force when the token was made may be over.
[[nodiscard]] inline bool in_emergency(CallerFacts const& caller, WallTime now) noexcept {
    return caller.purpose == PurposeOfUse::emergency && caller.person &&
           caller.person->emergency_until && now < *caller.person->emergency_until;
}

}  // namespace salus::request

// What a granular scope leaves, in plain words, for who has to decide about it: behind
// patient/Observation.rs?category=laboratory stands "only entries with category = laboratory".
// Pure functions, any thread.
#pragma once

#include <string>

#include "request/scope.h"

namespace salus::sign_in {

// Empty: the scope has no constraint. Of a code, without the system that it is of; of one that
// nobody could read here (none that was granted), the constraint as it stands: never nothing.
[[nodiscard]] std::string constraint_in_words(request::Scope const& scope);

}  // namespace salus::sign_in

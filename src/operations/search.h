// https://hl7.org/fhir/R4/http.html#search (of a type, or of all types in a patient's compartment):
// a page of what find_matches.h finds, with what it includes.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Logical ids of the live matches of a search's intent, at most `count`: what a condition or a
// conditional reference is judged by. Errors as search().
[[nodiscard]] Result<std::vector<std::string>> live_matches(Context const& context,
                                                            request::IntentFacts const& intent,
                                                            std::size_t count);
[[nodiscard]] Result<request::Prepared> search(Context const& context,
                                               request::Permit const& permit);

}  // namespace salus::operations

// Conditional interactions (https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #cdelete):
// which resource a condition means, and the guard that keeps two writers from both finding nothing.
//
// A guard is a document of its own for each condition. Whoever creates because nothing matches
// writes the guard's next version in the same commit, so that of any number of concurrent writers
// with one condition one succeeds; the others conflict, are prepared again, and find what it made.
// Not covered: writers that spell the condition otherwise, and writes without a condition
// (docs/decisions/0015-conditional-writes.md).
#pragma once

#include <optional>
#include <string>

#include "operations/context.h"

namespace salus::operations {

struct Conditioned {
    std::optional<std::string> id;      // of the one live match
    std::optional<store::Write> guard;  // nothing matches: to be written with what is created
};

// REQUIRES: facts.condition. Errc::precondition_failed if several resources match; else as a
// search. Matches whose name is in `without` ("Type/id", deleted by the same transaction) do not
// count.
[[nodiscard]] Result<Conditioned> resolve_condition(Context const& context,
                                                    request::IntentFacts const& facts,
                                                    std::vector<std::string> const& without = {});

}  // namespace salus::operations

// The query of a granular scope (SMART App Launch 2.2, "Finer-grained resource constraints using
// search parameters"): patient/Observation.rs?category=SYSTEM|laboratory permits what such a search
// would find, and nothing else.
//
// A constraint that cannot be evaluated denies (SC4), so the query has only what one stored
// resource answers for itself: search parameters of the type (of "*", those that every type has)
// over coded values, addresses, dates, numbers and quantities, with the modifiers that search
// offers. Refused are parameters that could name a person, because a scope stands in tokens and
// registrations: references (patient, subject), identifiers, names and every other text, _id; what
// follows references or shapes an answer; ap, which depends on the time of asking; _lastUpdated;
// parameters of packages, which come and go. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/search.h"
#include "request/scope.h"

namespace salus::request {

// What stands behind '?', in its one spelling: parameters in order, each once, percent-encoded only
// where a scope (RFC 6749 section 3.3) or the query would be misread. Nothing: it is refused.
[[nodiscard]] std::optional<std::string> canonical_constraint(std::string_view type,
                                                              std::string_view query);
// Of resources that both let through; empty is no constraint. Nothing: no constraint says it.
[[nodiscard]] std::optional<std::string> conjunction(std::string_view type, std::string_view one,
                                                     std::string_view other);
// What evaluates it. `type`: a resource type, or Resource for all. Nothing: it is refused.
[[nodiscard]] std::optional<fhir::SearchQuery> constraint_query(fhir::Type const& type,
                                                                std::string_view query);

// A scope as rules and the audit log name it: in the place of a constraint, which an app may have
// chosen, the first 8 bytes of its SHA-256 in hexadecimal: system/Observation.rs?#1f2e3d4c5b6a7988.
[[nodiscard]] std::string label_of(Scope const& scope);
// Of scopes and whatever else stands among them, with spaces between: a token's `scope`.
[[nodiscard]] std::string labels_of(std::string_view scopes);

}  // namespace salus::request

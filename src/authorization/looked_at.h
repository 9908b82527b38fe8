// What a request looks at beside the resources that it is about: elements that it searches, sorts
// or is constrained by, types that it follows references to or brings along (invariant 6: what may
// not leave may not be searched, sorted, followed or included by either). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authorization/decide.h"
#include "authorization/judgement.h"
#include "fhir/search.h"

namespace salus::authorization {

// Of an interaction on resources that has no parts. Nothing: it is none.
[[nodiscard]] std::optional<Act> act_of(request::Interaction part) noexcept;
// Whether a person has signed in so.
[[nodiscard]] bool is_met(SignIn const& needed, request::Person const& person,
                          WallTime now) noexcept;
// What asks a person to do so (RFC 9470 section 3), in the scheme that was used.
[[nodiscard]] request::Challenge challenge_of(SignIn const& needed,
                                              request::Challenge const& before);
// What the policy calls the function that an interaction of this family is about; empty: none.
[[nodiscard]] std::string_view function_of(request::Family family) noexcept;
// What the policy says of an interaction on a type, or of the function of the server that it is.
[[nodiscard]] Outcome const& outcome_of(Judgement& rules, request::Interaction interaction,
                                        std::string_view type);
// A patient-context scope reaches that patient's compartment and nothing else (SC3).
[[nodiscard]] bool scope_reaches(request::Scope const& scope, request::CallerFacts const& caller,
                                 request::IntentFacts const& intent);
// A constraint tells of each resource whether it holds: who may not search by an element is not
// constrained by it either, whatever was registered or asked for.
[[nodiscard]] bool is_usable(Judgement& rules, request::Scope const& scope);
// Leaves those that are among the others, too.
void keep_common(request::AllowedElements& elements, request::AllowedElements const& others);
// What a record that was found by searching shows, and what it may be searched by: what searching
// opens, and reading does not withhold where the type may be read. Of what is found some may be out
// of the reach of reading, so what only reading opens does not leave.
[[nodiscard]] request::AllowedElements found_elements(Judgement& rules, std::string_view type);
// A patch reads and writes what it names, so it may name only what may leave and only what may be
// written. Judged by the patch alone: the answer is the same whatever the resource holds.
[[nodiscard]] bool may_patch(request::AllowedElements const& allowed,
                             request::IntentFacts const& intent);
// Each parameter of each type that the query looks at, chains, _has and includes among them.
[[nodiscard]] bool may_search(Judgement& rules, request::CallerFacts const& caller,
                              request::IntentFacts const& intent);
// Adds the types that an include may bring to those of an allowed decision. What the request names
// must be permitted; of a reference to any type, the permitted ones come along.
[[nodiscard]] bool add_included(Judgement& rules, request::CallerFacts const& caller,
                                request::IntentFacts const& intent, fhir::Include const& include,
                                Decision& decision);
// Patient/[id]/*: the types of which this caller may see which resources name the patient.
[[nodiscard]] bool add_all_types(Judgement& rules, request::CallerFacts const& caller,
                                 request::IntentFacts const& intent, Decision& decision);
// By which records whoever writes this says whose it is (fhir::records_about); of a patch only the
// result would show them.
[[nodiscard]] std::vector<std::string> records_about(request::IntentFacts const& intent);
// The answer to such a write tells that these records are there, as reading them does: one read for
// each of their types, to be decided as well.
[[nodiscard]] std::vector<request::IntentFacts> reads_of_records(
    request::IntentFacts const& intent);
// Adds what an outcome says of signing in, and its other duties.
void add_sign_in(Decision& decision, std::optional<SignIn> const& sign_in);
void add_duties(Decision& decision, std::vector<Duty> const& duties);

}  // namespace salus::authorization

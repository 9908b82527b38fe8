// Parameters of FHIR requests that shape the answer and are no search
// (https://hl7.org/fhir/R4/http.html#parameters, #history, patient-operation-everything.html).
// Pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "foundation/result.h"
#include "request/form.h"
#include "request/intent.h"

namespace salus::operations {

// One number, one spelling. Errc::invalid.
[[nodiscard]] Result<std::uint64_t> parse_number(std::string_view text);
// Takes `_format` and `_pretty`, which every FHIR request may have, out of the list.
// Errc::not_acceptable for another form than JSON.
[[nodiscard]] Result<void> take_presentation(std::vector<request::Parameter>& parameters,
                                             request::IntentFacts& facts);
// The others, of read, vread, history, $everything and $meta. Errc::invalid for what the
// interaction does not know.
[[nodiscard]] Result<void> read_shape(std::vector<request::Parameter> const& parameters,
                                      request::IntentFacts& facts);
// A result parameter of searches: it shapes an answer and says nothing about what is looked for.
[[nodiscard]] bool shapes_a_search(std::string_view name);
// The parameters in the order of their names, each in one spelling: equal conditions are equal
// texts.
[[nodiscard]] std::string canonical(std::vector<request::Parameter> parameters);

}  // namespace salus::operations

// https://hl7.org/fhir/R4/http.html#transaction: all entries or none.
// Offered: POST creates and PUT updates, references between entries as urn:uuid (or any fullUrl).
// Refused: GET, DELETE and PATCH entries, conditional entries and conditional references.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Says which entry an error is about.
[[nodiscard]] Error in_entry(Error error, std::size_t position);
[[nodiscard]] Result<request::Prepared> transaction(Context const& context,
                                                    request::Permit const& permit);

}  // namespace salus::operations

// https://hl7.org/fhir/R4/http.html#transaction: all entries or none.
// In this order: DELETE, POST, PUT and PATCH; GET and HEAD are answered once the writes are done,
// but what they need is looked at before, so that one that must fail lets all fail. Conditions and
// conditional references are judged by what the store holds before, without what the transaction
// deletes. Errors say which entry.
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Says which entry an error is about.
[[nodiscard]] Error in_entry(Error error, std::size_t position);
[[nodiscard]] Result<request::Prepared> transaction(Context const& context,
                                                    request::Permit const& permit);

}  // namespace salus::operations

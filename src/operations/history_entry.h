// One version in the answer of a history (https://hl7.org/fhir/R4/http.html#history).
#pragma once

#include "operations/context.h"

namespace salus::operations {

// A deletion has no resource.
[[nodiscard]] request::EntryContent history_entry(Context const& context, std::string_view type,
                                                  std::string_view id,
                                                  records::StoredDocument document);

}  // namespace salus::operations

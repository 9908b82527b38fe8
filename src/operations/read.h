// https://hl7.org/fhir/R4/http.html#read and #vread
#pragma once

#include "operations/context.h"

namespace salus::operations {

// Errc::not_found, or Errc::gone after a deletion. 304 when If-None-Match still holds.
[[nodiscard]] Result<request::Prepared> read(Context const& context, request::Permit const& permit);
[[nodiscard]] Result<request::Prepared> vread(Context const& context,
                                              request::Permit const& permit);

}  // namespace salus::operations

// Absolute references to what stands here. Pure functions.
#pragma once

#include <string_view>

namespace salus::operations {

// What follows `base` (a tenant's FHIR base, without a slash at its end) and a slash in a
// reference: Type/id. The reference itself if it is not below the base. Scheme and host in whatever
// case, the default port written out or not (RFC 3986 section 6.2.2.1, 6.2.3): an address of ours
// in another spelling is none of others.
[[nodiscard]] std::string_view local_part(std::string_view reference,
                                          std::string_view base) noexcept;

}  // namespace salus::operations

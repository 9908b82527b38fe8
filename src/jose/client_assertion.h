// A client that proves itself by a token which it signed (RFC 7523 section 2.2).
#pragma once

#include <string_view>

namespace salus::jose {

// `client_assertion_type`
inline constexpr std::string_view kClientAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

}  // namespace salus::jose

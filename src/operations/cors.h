// Programs in browsers, from pages of other origins
// (https://fetch.spec.whatwg.org/#http-cors-protocol; SMART App Launch 2.2 asks for it). What they
// may reach is what a token opens, and no cookie ever does: so any origin may, and none with
// credentials of the browser's. Pages and administration are for our own origin alone (AZ1). Any
// thread.
#pragma once

#include <optional>

#include "http/message.h"

namespace salus::operations {

// The answer to a preflight (OPTIONS with Access-Control-Request-Method) at such an address;
// nothing for any other request. It holds nothing and is not recorded, as it asks for nothing.
[[nodiscard]] std::optional<http::Response> preflight(http::Request const& request);
// Lets the page that sent this request, if it came from one, read the answer.
void allow_other_origins(http::Request const& request, http::Response& response);

}  // namespace salus::operations

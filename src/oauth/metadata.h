// Discovery documents that advertise only what works (MD2): SMART configuration
// (https://hl7.org/fhir/smart-app-launch/conformance.html), RFC 8414 metadata, and OpenID Connect
// Discovery. No ePHI. Any
// thread.
#pragma once

#include <string>

#include "request/tenant.h"

namespace salus::oauth {

[[nodiscard]] std::string smart_configuration(request::Tenant const& tenant);
[[nodiscard]] std::string authorization_server_metadata(request::Tenant const& tenant);
[[nodiscard]] std::string openid_configuration(request::Tenant const& tenant);

}  // namespace salus::oauth

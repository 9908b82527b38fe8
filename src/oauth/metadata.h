// Discovery documents that advertise only what works (MD2): SMART configuration
// (https://hl7.org/fhir/smart-app-launch/conformance.html), RFC 8414 metadata, and OpenID Connect
// Discovery. No ePHI. Any
// thread.
#pragma once

#include <string>

#include "request/tenant.h"

namespace salus::oauth {

struct MutualTlsOffer {
    // Scheme and authority of the listener that asks for certificates (`mtls_endpoint_aliases`, RFC
    // 8705 section 5); empty: there is none.
    std::string_view origin{};
    bool by_authority = false;  // there are authorities whose word counts (tls_client_auth)
};

[[nodiscard]] std::string smart_configuration(request::Tenant const& tenant,
                                              MutualTlsOffer mutual_tls = {});
[[nodiscard]] std::string authorization_server_metadata(request::Tenant const& tenant,
                                                        MutualTlsOffer mutual_tls = {});
// `signing`: how ID tokens are signed.
[[nodiscard]] std::string openid_configuration(request::Tenant const& tenant,
                                               crypto::SignatureAlgorithm signing,
                                               MutualTlsOffer mutual_tls = {});

}  // namespace salus::oauth

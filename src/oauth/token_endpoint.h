// The token endpoint (RFC 6749 section 3.2): client credentials with private_key_jwt (RFC 7523), as
// SMART Backend Services (https://hl7.org/fhir/smart-app-launch/backend-services.html), and what a
// person allowed (person_grants.h); bound to a key where the client proves to hold one (RFC 9449).
// IAM-2, IAM-8, IAM-9, AZ-4.
#pragma once

#include "authentication/token_guards.h"
#include "authentication/token_keys.h"
#include "crypto/random.h"
#include "foundation/clock.h"
#include "json/document.h"
#include "oauth/client_authentication.h"
#include "oauth/person_grants.h"
#include "oauth/token_binding.h"
#include "records/records.h"
#include "request/exchange.h"

namespace salus::oauth {

class TokenEndpoint {
public:
    // Borrows all; belongs to one thread, as the records do.
    TokenEndpoint(request::Tenant const& tenant, authentication::TokenKeys const& keys,
                  authentication::TokenGuards& guards, records::Records& records,
                  json::Parser& parser, ClientTrust& trust, crypto::Random& random,
                  Clock const& clock)
        : tenant_(tenant),
          keys_(keys),
          guards_(guards),
          clients_(tenant, records, trust, clock),
          people_(tenant, keys, records, parser, random, clock),
          random_(random),
          clock_(clock) {}

    // A protocol error is an answer (400 or 401 with an OAuth error); a Result error is a fault of
    // ours. The batch makes the assertion's jti unusable a second time, on every node.
    [[nodiscard]] Result<request::Prepared> answer(request::Exchange& exchange);

private:
    [[nodiscard]] Result<request::Prepared> grant_to(request::Exchange& exchange,
                                                     ProvenClient const& proven,
                                                     std::vector<request::Parameter> const& form);
    [[nodiscard]] Result<request::Prepared> grant_to_itself(
        ProvenClient const& proven, std::vector<request::Parameter> const& form,
        TokenBinding binding);

    request::Tenant const& tenant_;
    authentication::TokenKeys const& keys_;
    authentication::TokenGuards& guards_;
    ClientAuthentication clients_;
    PersonGrants people_;
    crypto::Random& random_;
    Clock const& clock_;
};

}  // namespace salus::oauth

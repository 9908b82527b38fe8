// The token endpoint (RFC 6749 section 3.2): client credentials with private_key_jwt (RFC 7523), as
// SMART Backend Services (https://hl7.org/fhir/smart-app-launch/backend-services.html). IAM-2,
// IAM-8, AZ-4.
#pragma once

#include "authentication/token_keys.h"
#include "crypto/random.h"
#include "foundation/clock.h"
#include "json/document.h"
#include "records/records.h"
#include "request/exchange.h"

namespace salus::oauth {

class TokenEndpoint {
public:
    // Borrows all; belongs to one thread, as the records do.
    TokenEndpoint(request::Tenant const& tenant, authentication::TokenKeys const& keys,
                  records::Records& records, json::Parser& parser, crypto::Random& random,
                  Clock const& clock)
        : tenant_(tenant),
          keys_(keys),
          records_(records),
          parser_(parser),
          random_(random),
          clock_(clock) {}

    // A protocol error is an answer (400 or 401 with an OAuth error); a Result error is a fault of
    // ours. The batch makes the assertion's jti unusable a second time, on every node.
    [[nodiscard]] Result<request::Prepared> answer(request::Exchange& exchange);

private:
    struct Assertion;
    [[nodiscard]] Result<Assertion> verify(request::Exchange& exchange, std::string_view text);
    [[nodiscard]] Result<store::Batch> consume(Assertion const& assertion);

    request::Tenant const& tenant_;
    authentication::TokenKeys const& keys_;
    records::Records& records_;
    json::Parser& parser_;
    crypto::Random& random_;
    Clock const& clock_;
};

}  // namespace salus::oauth

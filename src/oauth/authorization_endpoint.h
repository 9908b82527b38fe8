// The authorization endpoint (RFC 6749 section 3.1) and pushed requests (RFC 9126): checks what a
// client asks, lets it wait for the person in whose browser it arrived, and sends them to sign in.
// IAM-4. Belongs to one thread, as the records do.
#pragma once

#include <expected>

#include "authentication/token_guards.h"
#include "authentication/token_keys.h"
#include "oauth/authorization_parameters.h"
#include "oauth/authorizations.h"
#include "oauth/client_authentication.h"
#include "request/exchange.h"

namespace salus::oauth {

class AuthorizationEndpoint {
public:
    // Borrows all.
    AuthorizationEndpoint(request::Tenant const& tenant, authentication::TokenKeys const& keys,
                          authentication::TokenGuards& guards, records::Records& records,
                          json::Parser& parser, ClientTrust& trust, crypto::Random& random,
                          Clock const& clock)
        : tenant_(tenant),
          keys_(keys),
          guards_(guards),
          clients_(trust.clients),
          proofs_(tenant, records, trust, clock),
          authorizations_(tenant, guards, records, parser, clients_, random, clock),
          documents_(records, parser, clock),
          random_(random),
          clock_(clock) {}

    // GET or POST from a browser. What is wrong with the client or with where it wants the answer
    // is told on a page, and nobody is sent anywhere (AZ2); the rest is told to the client, by way
    // of a browser in which somebody is signed in or whose client asked without a page
    // (prompt=none); by a link on a page in any other (AZ9, F9).
    [[nodiscard]] Result<request::Prepared> authorize(request::Exchange& exchange);
    // POST from a client: 201 with a request_uri (RFC 9126 section 2.2), or an OAuth error.
    [[nodiscard]] Result<request::Prepared> push(request::Exchange& exchange);

private:
    struct Asked {
        identity::AuthorizationRequest request;
        std::string pushed;  // id
    };
    struct Refusal {
        identity::AuthorizationRequest to;  // as far as it says where to, and how
        AuthorizationProblem problem;
    };
    [[nodiscard]] Result<Asked> asked_by(Client const& client,
                                         std::vector<request::Parameter> const& parameters,
                                         std::optional<Refusal>& refusal);
    [[nodiscard]] std::expected<identity::AuthorizationRequest, AuthorizationProblem>
    with_hinted_person(identity::AuthorizationRequest request,
                       std::vector<request::Parameter> const& parameters) const;
    [[nodiscard]] Result<request::Prepared> refuse(request::Exchange& exchange,
                                                   Client const& client, Refusal const& refusal);
    [[nodiscard]] Result<Asked> pushed_by(Client const& client, std::string_view uri);
    [[nodiscard]] Result<request::Prepared> pushed(request::Exchange& exchange,
                                                   ProvenClient const& proven,
                                                   std::vector<request::Parameter> const& form);

    request::Tenant const& tenant_;
    authentication::TokenKeys const& keys_;
    authentication::TokenGuards& guards_;
    ClientDirectory& clients_;
    ClientAuthentication proofs_;
    Authorizations authorizations_;
    identity::Documents documents_;
    crypto::Random& random_;
    Clock const& clock_;
};

}  // namespace salus::oauth

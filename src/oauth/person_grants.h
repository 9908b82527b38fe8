// Tokens in the name of a person: an authorization code redeemed (RFC 6749 section 4.1.3 with RFC
// 7636), a refresh token used (section 6). The rules RF1 to RF4 and AZ6; IAM-4, IAM-8. Belongs to
// one thread, as the records do.
#pragma once

#include <string>
#include <vector>

#include "authentication/token_guards.h"
#include "authentication/token_keys.h"
#include "crypto/random.h"
#include "identity/authorization_request.h"
#include "identity/documents.h"
#include "identity/grant.h"
#include "identity/session.h"
#include "identity/user.h"
#include "oauth/client_authentication.h"
#include "oauth/token_binding.h"
#include "request/exchange.h"
#include "request/form.h"

namespace salus::oauth {

// Whether what was allowed in this session is allowed still. An emergency has an end of its own,
// soon: it goes on while its person treats, and opens no page.
[[nodiscard]] bool carries(identity::Session const& session, identity::Grant const& grant,
                           WallTime now);

class PersonGrants {
public:
    // Borrows all.
    PersonGrants(request::Tenant const& tenant, authentication::TokenKeys const& keys,
                 records::Records& records, json::Parser& parser, crypto::Random& random,
                 Clock const& clock)
        : tenant_(tenant),
          keys_(keys),
          records_(records),
          parser_(parser),
          documents_(records, parser, clock),
          random_(random),
          clock_(clock) {}

    // Both: a protocol error is an answer, a Result error a fault of ours. `binding`: what is
    // issued is bound to. What a stolen code or token ends, event loops hear of by the guards. The
    // device is that of the last assertion of the grant which stated one. REQUIRES: the client
    // proved itself, or is public.
    [[nodiscard]] Result<request::Prepared> redeem(request::Exchange& exchange,
                                                   ProvenClient const& proven,
                                                   std::vector<request::Parameter> const& form,
                                                   TokenBinding const& binding,
                                                   authentication::TokenGuards& guards);
    [[nodiscard]] Result<request::Prepared> refresh(request::Exchange& exchange,
                                                    ProvenClient const& proven,
                                                    std::vector<request::Parameter> const& form,
                                                    TokenBinding const& binding,
                                                    authentication::TokenGuards& guards);

    // Whose refresh token this says to be; nothing: it is none. A public client need not say who it
    // is (RFC 6749 section 6): it can prove nothing but the token.
    [[nodiscard]] Result<std::optional<ClientId>> client_of(std::string_view refresh_token);

private:
    using StoredGrant = identity::Stored<identity::Grant>;
    struct LiveGrant {
        StoredGrant grant;
        identity::User user;
        bool represents = false;  // the patient of the grant
    };
    // Nothing: it ended, or what it rests on did.
    [[nodiscard]] Result<std::optional<LiveGrant>> live(std::string_view id);
    // Of a declared emergency alone.
    [[nodiscard]] bool is_over(StoredGrant const& grant, authentication::TokenGuards& guards) const;
    [[nodiscard]] Result<request::Prepared> end(StoredGrant const& grant,
                                                authentication::Revocations& news,
                                                request::Prepared prepared);
    struct Issue {
        LiveGrant const& live;
        request::ScopeRequest const& scope;
        TokenBinding const& binding;
        std::string nonce;          // of the ID token
        std::string refresh_token;  // empty: none
    };
    [[nodiscard]] std::string token_answer(Issue const& issue);
    [[nodiscard]] Result<request::Prepared> rotate(LiveGrant live,
                                                   request::ScopeRequest const& scope,
                                                   Client const& client,
                                                   TokenBinding const& binding,
                                                   std::string const& shown);

    request::Tenant const& tenant_;
    authentication::TokenKeys const& keys_;
    records::Records& records_;
    json::Parser& parser_;
    identity::Documents documents_;
    crypto::Random& random_;
    Clock const& clock_;
};

}  // namespace salus::oauth

// Introspection (RFC 7662) and revocation (RFC 7009) of access and refresh tokens. Who asks is a
// client that proves itself as at the token endpoint, or the bearer of an access token. IAM-8.
// Belongs to one thread, as the records do.
#pragma once

#include "authentication/token_guards.h"
#include "authentication/verified_tokens.h"
#include "identity/grant.h"
#include "json/document.h"
#include "oauth/client_authentication.h"
#include "oauth/standing_tokens.h"
#include "records/records.h"
#include "request/exchange.h"

namespace salus::oauth {

class TokenStatus {
public:
    // Borrows all.
    TokenStatus(request::Tenant const& tenant, authentication::VerifiedTokens& verified,
                authentication::TokenGuards& guards, records::Records& records,
                json::Parser& parser, ClientTrust& trust, Clock const& clock)
        : tenant_(tenant),
          verified_(verified),
          guards_(guards),
          clients_(tenant, records, trust, clock),
          standing_(records, parser, clock),
          documents_(records, parser, clock),
          clock_(clock) {}

    // A client learns of its own tokens, and of every token of the tenant with the scope
    // admin/tokens.read. Of anything else, whatever is wrong with it, it learns {"active":false}
    // (RFC 7662 section 2.2). A protocol error is an answer, a Result error a fault of ours.
    [[nodiscard]] Result<request::Prepared> introspect(request::Exchange& exchange);
    // 200 also for what is no token of ours (RFC 7009 section 2.2); another client's stays. With a
    // refresh token all ends that rests on the same grant (RV1).
    [[nodiscard]] Result<request::Prepared> revoke(request::Exchange& exchange);

private:
    struct Asker {
        ClientId client;
        std::vector<request::Scope> scopes;
        std::optional<ProvenClient> proven;  // by an assertion, which the answer uses up
    };
    [[nodiscard]] Result<Asker> asker_of(request::Exchange& exchange,
                                         std::vector<request::Parameter> const& form);
    using StoredGrant = identity::Stored<identity::Grant>;
    // What the text is, if it is one of ours and lives: an access token, a refresh token's grant,
    // or neither.
    struct Subject {
        std::optional<authentication::VerifiedToken> token;
        std::optional<StoredGrant> grant;  // of both kinds, in the name of a person
        [[nodiscard]] ClientId const* client() const noexcept;
    };
    [[nodiscard]] Result<Subject> subject_of(std::string_view text);
    [[nodiscard]] Result<bool> lasts(Subject const& subject);
    [[nodiscard]] Result<std::optional<StoredGrant>> grant_of(identity::SecretId const& shown);

    using Act = Result<request::Prepared> (TokenStatus::*)(Asker const&, Subject const&);
    [[nodiscard]] Result<request::Prepared> answer(request::Exchange& exchange, Act act);
    [[nodiscard]] Result<request::Prepared> describe(Asker const& asker, Subject const& subject);
    [[nodiscard]] Result<request::Prepared> end(Asker const& asker, Subject const& subject);
    [[nodiscard]] Result<std::string> description(Subject const& subject);

    request::Tenant const& tenant_;
    authentication::VerifiedTokens& verified_;
    authentication::TokenGuards& guards_;
    ClientAuthentication clients_;
    StandingTokens standing_;
    identity::Documents documents_;
    Clock const& clock_;
};

}  // namespace salus::oauth

// RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): a client sends its user here to
// sign out. Who cannot show that it is the client of this very session asks the user (LO1). IAM-7.
// Belongs to one thread, as the records do.
#pragma once

#include "authentication/token_guards.h"
#include "authentication/token_keys.h"
#include "identity/documents.h"
#include "identity/endings.h"
#include "identity/secret_id.h"
#include "identity/session.h"
#include "oauth/client_directory.h"
#include "request/exchange.h"
#include "request/form.h"

namespace salus::oauth {

class EndSession {
public:
    // Borrows all.
    EndSession(request::Tenant const& tenant, authentication::TokenKeys const& keys,
               authentication::TokenGuards& guards, identity::LogoutTelling const& logouts,
               ClientDirectory& clients, records::Records& records, json::Parser& parser,
               Clock const& clock)
        : tenant_(tenant),
          keys_(keys),
          guards_(guards),
          logouts_(logouts),
          documents_(records, parser, clock),
          clients_(clients) {}

    // A page, or 303 to the client's registered address.
    [[nodiscard]] Result<request::Prepared> answer(request::Exchange& exchange);

private:
    using StoredSession = identity::Stored<identity::Session>;
    struct Asked {
        std::optional<request::Parameter> state;
        ClientPointer client;      // nullptr: nobody said
        std::string subject;       // of a valid hint; empty: none
        std::string session;       // `sid` of it
        std::string redirect_uri;  // registered for the client; empty: none
    };
    [[nodiscard]] Result<Asked> asked_by(std::vector<request::Parameter> const& parameters);
    [[nodiscard]] Result<request::Prepared> end(request::Exchange& exchange,
                                                StoredSession const& session, Asked const& asked);
    [[nodiscard]] request::Prepared ended(Asked const& asked) const;

    request::Tenant const& tenant_;
    authentication::TokenKeys const& keys_;
    authentication::TokenGuards& guards_;
    identity::LogoutTelling const& logouts_;
    identity::Documents documents_;
    ClientDirectory& clients_;
};

}  // namespace salus::oauth

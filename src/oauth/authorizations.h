// Requests for authorization that wait for a person, and what becomes of them: a code for the
// client, or a refusal (RFC 6749 section 4.1.2, RFC 9207). The sign-in pages find what waits here
// by its id, and say here how it ended. Belongs to one thread, as the records do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "authentication/token_guards.h"
#include "crypto/random.h"
#include "identity/authorization_request.h"
#include "identity/documents.h"
#include "identity/secret_id.h"
#include "identity/session.h"
#include "identity/user.h"
#include "oauth/client_directory.h"
#include "request/form.h"
#include "request/prepared.h"

namespace salus::oauth {

using Pending = identity::Stored<identity::PendingAuthorization>;

// What a person allowed, having proved who they are.
struct Consent {
    identity::User const& user;
    std::string session;  // id
    identity::Session const& proof;
    request::ScopeRequest scope;  // within what was asked; at least one part
    // They declared an emergency for the patient, until then. Without it none is granted.
    std::optional<WallTime> emergency_until{};
};

// What a client may act for in a person's name: a purpose of both, the one that was asked for, or
// else the first of the client's. Nobody has an emergency without asking for it.
[[nodiscard]] std::optional<request::PurposeOfUse> common_purpose(
    Client const& client, identity::User const& user,
    std::optional<request::PurposeOfUse> const& asked);

class Authorizations {
public:
    // Borrows all.
    Authorizations(request::Tenant const& tenant, authentication::TokenGuards& guards,
                   records::Records& records, json::Parser& parser, ClientDirectory& clients,
                   crypto::Random& random, Clock const& clock)
        : tenant_(tenant),
          guards_(guards),
          documents_(records, parser, clock),
          clients_(clients),
          random_(random),
          clock_(clock) {}

    // Adds what waits in this browser to the answer's batch, and gives its id. Errc::invalid for a
    // launch that no EHR opened for this client.
    [[nodiscard]] Result<std::string> begin(identity::AuthorizationRequest request,
                                            std::string pushed, identity::SecretId const& browser,
                                            request::Prepared& prepared);
    // Nothing: there is none of this id, it is of another browser, or its time is over.
    [[nodiscard]] Result<std::optional<Pending>> find(std::string_view id,
                                                      identity::SecretId const& browser);
    // The client that asks; nullptr when it was removed meanwhile.
    [[nodiscard]] Result<ClientPointer> client_of(Pending const& pending);
    // What a token could hold at most: what was asked, the client may have, and the user has the
    // right to. Words that need what the user has not (fhirUser) are left out; in an emergency, so
    // is all that reaches beyond one patient, or outlives the session.
    [[nodiscard]] Result<request::ScopeRequest> grantable(Pending const& pending,
                                                          identity::User const& user);
    // Notes the patient whose records the app will see. The batch is in `prepared`.
    [[nodiscard]] Result<void> choose_patient(Pending pending, std::string_view patient,
                                              request::Prepared& prepared);

    // A grant and its code, and the browser sent back with it (303). The pushed request is used up.
    [[nodiscard]] Result<request::Prepared> complete(Pending const& pending,
                                                     Consent const& consent);
    // The browser sent back with an error of RFC 6749 section 4.1.2.1, OpenID Connect Core section
    // 3.1.2.6 or RFC 9470 section 5.
    [[nodiscard]] Result<request::Prepared> refuse(Pending const& pending, Literal code,
                                                   Literal why);
    // Where it would be sent, before anything waits. REQUIRES: the redirect URI is the client's.
    [[nodiscard]] std::string refusal_url(identity::AuthorizationRequest const& request,
                                          Literal code, Literal why) const;

private:
    [[nodiscard]] std::string answer_to(identity::AuthorizationRequest const& request,
                                        std::vector<request::Parameter> parameters) const;
    [[nodiscard]] Result<void> take_launch(identity::PendingAuthorization& pending);
    [[nodiscard]] Result<void> use_up(Pending const& pending, request::Prepared& prepared);
    [[nodiscard]] Result<std::string> add_grant(Pending const& pending, Consent const& consent,
                                                request::Prepared& prepared);

    request::Tenant const& tenant_;
    authentication::TokenGuards& guards_;
    identity::Documents documents_;
    ClientDirectory& clients_;
    crypto::Random& random_;
    Clock const& clock_;
};

}  // namespace salus::oauth

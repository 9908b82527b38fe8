// ID tokens (OpenID Connect Core section 2; SMART App Launch 2.2, "Scopes for requesting identity
// data"). They say who somebody is to one client and open nothing: their type and audience are not
// those of access tokens. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "authentication/token_keys.h"
#include "crypto/random.h"
#include "foundation/clock.h"
#include "foundation/result.h"
#include "identity/user.h"
#include "request/caller.h"
#include "request/scope_request.h"
#include "request/tenant.h"

namespace salus::oauth {

struct IdTokenFacts {
    ClientId client;
    identity::User const& user;
    request::Person person;
    request::ScopeWords words;      // which claims
    std::string nonce;              // empty: none was sent
    std::string_view access_token;  // for at_hash
    std::string session;            // `sid`; empty: none
};

// Lives limits::kIdTokenLife from `now`.
[[nodiscard]] std::string issue_id_token(request::Tenant const& tenant,
                                         authentication::TokenKeys const& keys,
                                         IdTokenFacts const& facts, WallTime now);
// What an ID token says when it comes back as `id_token_hint`: whose session with whom is meant.
// Its time may be over, and it opens nothing.
struct IdTokenHint {
    std::string client;
    std::string subject;
    std::string session;  // `sid`; empty: none
};
// Errc::unauthenticated for what is none of ours.
[[nodiscard]] Result<IdTokenHint> read_id_token_hint(request::Tenant const& tenant,
                                                     authentication::TokenKeys const& keys,
                                                     std::string_view text);
// The claims that `words` let a client see, as JSON members of userinfo and ID token alike.
void write_user_claims(json::Writer& writer, request::Tenant const& tenant,
                       identity::User const& user, request::ScopeWords words);
// What a client may know a session by: it is no cookie, and leads to none.
[[nodiscard]] std::string session_name(std::string_view session);

}  // namespace salus::oauth

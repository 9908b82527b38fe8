// Sessions of people (IAM-7): found by a browser's cookie, begun with a new one at every sign-in
// and step-up (F6), listed for their owner, ended. Belongs to one thread.
#pragma once

#include <optional>
#include <string>

#include "identity/live_session.h"
#include "sign_in/desk.h"
#include "sign_in/people.h"
#include "sign_in/visit.h"

namespace salus::sign_in {

using identity::LiveSession;

// Nothing: no cookie, none of ours, over, or its user may not sign in any more.
[[nodiscard]] Result<std::optional<LiveSession>> live_session(Desk const& desk, Visit const& visit);
// Notes that it is used, at most each limits::kSessionTouch.
[[nodiscard]] Result<void> touch(Desk const& desk, identity::Stored<identity::Session> session,
                                 request::Prepared& prepared);

// How somebody proved who they are.
struct SignInProof {
    identity::Assurance assurance = identity::Assurance::none;
    // That the outside provider's token gave with it, and no other way of signing in does.
    request::RoleNames provider_roles{};
    std::optional<WallTime> authenticated{};  // nothing: now
};

// Somebody proved who they are: a session under a new cookie. In a browser where the same person
// has one, that session goes on, so that what apps were allowed for as long as it lasts does, too;
// its former cookie opens nothing any more. Somebody else's ends. What was half done in this
// browser is over, and what waits for it waits under a new cookie. Its roles are those of this
// proof, whatever those of the last one were. The user's document is the caller's to write.
[[nodiscard]] Result<void> begin_session(Desk const& desk, Visit const& visit,
                                         identity::User const& user, SignInProof proof,
                                         request::Prepared& prepared);
// The present session under a new cookie and the user's present generation, which the caller just
// raised: every other session, grant and token of this user is void.
[[nodiscard]] Result<void> renew_alone(Desk const& desk, LiveSession live,
                                       request::Prepared& prepared);

// A browser's name for people, from its User-Agent: "Firefox on Windows".
[[nodiscard]] std::string browser_name(std::string_view user_agent);

}  // namespace salus::sign_in

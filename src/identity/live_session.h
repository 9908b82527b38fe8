// Who is signed in in a browser: the session that its cookie names, and whose it is. IAM-7. Any
// thread that owns the documents.
#pragma once

#include <optional>

#include "identity/documents.h"
#include "identity/secret_id.h"
#include "identity/session.h"
#include "identity/user.h"

namespace salus::identity {

struct LiveSession {
    Stored<Session> session;
    Stored<User> user;
};

// Nothing: there is nobody, or they may not sign in.
[[nodiscard]] Result<std::optional<Stored<User>>> active_user(Documents& documents,
                                                              UserId const& id);
// Live or not. Nothing: no cookie, or none of ours.
[[nodiscard]] Result<std::optional<Stored<Session>>> session_of(
    Documents& documents, std::optional<SecretId> const& cookie);
// Nothing: no cookie, none of ours, over, or its user may not sign in any more.
[[nodiscard]] Result<std::optional<LiveSession>> live_session(Documents& documents,
                                                              std::optional<SecretId> const& cookie,
                                                              WallTime now);

}  // namespace salus::identity

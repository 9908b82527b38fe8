#include "identity/live_session.h"

namespace salus::identity {

Result<std::optional<Stored<User>>> active_user(Documents& documents, UserId const& id) {
    SALUS_TRY(auto user, documents.read<User>(id.text()));
    if (user && user->value.status != UserStatus::active) user.reset();
    return user;
}

Result<std::optional<Stored<Session>>> session_of(Documents& documents,
                                                  std::optional<SecretId> const& cookie) {
    if (!cookie) return std::optional<Stored<Session>>();
    SALUS_TRY(auto session, documents.read<Session>(cookie->id));
    if (session && !matches(*cookie, session->value.secret)) session.reset();
    return session;
}

Result<std::optional<LiveSession>> live_session(Documents& documents,
                                                std::optional<SecretId> const& cookie,
                                                WallTime now) {
    SALUS_TRY(auto session, session_of(documents, cookie));
    if (!session) return std::optional<LiveSession>();
    SALUS_TRY(auto user, active_user(documents, session->value.user));
    bool const live = user && is_live(session->value, user->value.generation, now);
    if (!live) return std::optional<LiveSession>();
    return std::optional(LiveSession{*std::move(session), *std::move(user)});
}

}  // namespace salus::identity

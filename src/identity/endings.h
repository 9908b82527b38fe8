// How what rests on a person ends: a grant, a session with what ends with it, everything. Each
// returns the names that every event loop has to forget once the batch is durable
// (authentication::Revocations). Whoever ends a session says through LogoutTelling which clients
// want to know: what they are told by is in the same batch (logout_notice.h), and no ending can
// leave it out. Belongs to one thread, as the records do.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "identity/documents.h"
#include "identity/grant.h"
#include "identity/holdings.h"
#include "identity/logout_notice.h"
#include "identity/session.h"
#include "identity/waiting_logouts.h"

namespace salus::identity {

using EndedNames = std::vector<std::string>;

// How clients are told of what ended. Borrows the queue.
struct LogoutTelling {
    TenantName tenant;
    // What a client registered; LogoutWish::none if it is gone. Asked once for each grant that
    // ends, never for all clients.
    std::function<Result<LogoutWish>(ClientId const&)> wish_of;
    WaitingLogouts& waiting;
};

// What a user has; empty for one who has nothing yet.
[[nodiscard]] Result<Stored<UserHoldings>> holdings_of(Documents& documents, UserId const& user);
// A grant that its client gave back, or that is not safe any more. Its client knows, or learns it
// at its next request; no session ended, and nobody is told. Nothing happens for one that ended
// before.
[[nodiscard]] Result<EndedNames> end_grant(Documents& documents, UserId const& user,
                                           std::string const& grant, request::Prepared& prepared);
// Adds to what follows the commit.
void add_after_commit(request::Prepared& prepared, std::function<void()> call);

// Endings that clients are told of: those with a grant that gave them an ID token, by which alone
// they know the user (OpenID Connect Core section 2). REQUIRES: one call for each user and batch.
class Endings {
public:
    // Borrows both, for one request.
    Endings(Documents& documents, LogoutTelling const& telling)
        : documents_(documents), telling_(telling) {}

    // The user allows it no more. Nothing happens for one that ended before.
    [[nodiscard]] Result<EndedNames> withdraw_grant(UserId const& user, std::string const& grant,
                                                    request::Prepared& prepared);
    // And the grants that were given for as long as it lasts (online access). What was given for
    // longer stays, and its client is told, too: it has a session of its own from this one
    // (section 2.7).
    [[nodiscard]] Result<EndedNames> end_session(UserId const& user, std::string const& session,
                                                 request::Prepared& prepared);
    // The oldest, until fewer than `most` are left. The lists are the caller's to write.
    [[nodiscard]] Result<EndedNames> end_oldest_sessions(UserId const& user, UserHoldings& holdings,
                                                         std::size_t most,
                                                         request::Prepared& prepared);
    // Everything in the user's name, which the new generation voids: that is the caller's to write.
    // `kept`: the session that goes on; empty: none does.
    [[nodiscard]] Result<EndedNames> end_all(UserId const& user, std::string const& kept,
                                             request::Prepared& prepared);

private:
    [[nodiscard]] Result<void> drop_session(UserId const& user, UserHoldings& holdings,
                                            std::string const& session, EndedNames& ended,
                                            request::Prepared& prepared);
    [[nodiscard]] Result<LogoutWish> wish_of(Grant const& grant) const;
    void note(Grant const& grant, LogoutWish how);
    [[nodiscard]] Result<void> write_notices(UserId const& user, request::Prepared& prepared);

    Documents& documents_;
    LogoutTelling const& telling_;
    LogoutNotices notices_;  // of the call that is under way
};

}  // namespace salus::identity

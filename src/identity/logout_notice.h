// Clients that are still to be told that a session ended (OpenID Connect Back-Channel Logout 1.0,
// IAM-7). What an ending leaves here is in the same batch as the ending, so that it is told after a
// crash, too. Sealed in the tenant's identity compartment. Any thread; values.
#pragma once

#include <string>
#include <vector>

#include "foundation/clock.h"
#include "foundation/result.h"
#include "foundation/strong_id.h"
#include "json/document.h"
#include "records/sealing.h"

namespace salus::identity {

// What a client wants to be told by, as it registered.
enum class LogoutWish : std::uint8_t {
    none,     // nothing: it registered no address
    user,     // all sessions of a user may end in one message
    session,  // each session by its name (`backchannel_logout_session_required`)
};

struct LogoutNotice {
    ClientId client;
    std::string session;  // id of the one that ended; empty: all of the user's with this client
    WallTime ended{};

    [[nodiscard]] bool is_same(LogoutNotice const& other) const noexcept {
        return client == other.client && session == other.session;
    }
};

// Of one user: two endings of different people meet nowhere. It has no time of expiry: what waits
// is told or given up on record.
struct LogoutNotices {
    static constexpr records::DocumentClass kClass = records::DocumentClass::session;
    static constexpr std::string_view kType = "LogoutNotices";  // its id is the user's

    std::vector<LogoutNotice> waiting;

    // In the place of an earlier one about the same. Beyond limits::kLogoutNoticesOfUser the oldest
    // goes.
    void add(LogoutNotice notice);
    // False: it is not there, or the same ended once more meanwhile.
    bool remove(LogoutNotice const& notice);
    [[nodiscard]] std::string to_json() const;
    static Result<LogoutNotices> from_json(json::Value root);
};

}  // namespace salus::identity

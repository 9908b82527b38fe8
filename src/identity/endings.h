// How what rests on a person ends: a grant, a session with what ends with it. Each returns the
// names that every event loop has to forget once the batch is durable
// (authentication::Revocations). Belongs to one thread, as the records do.
#pragma once

#include <string>
#include <vector>

#include "identity/documents.h"
#include "identity/grant.h"
#include "identity/holdings.h"
#include "identity/session.h"

namespace salus::identity {

using EndedNames = std::vector<std::string>;

// What a user has; empty for one who has nothing yet.
[[nodiscard]] Result<Stored<UserHoldings>> holdings_of(Documents& documents, UserId const& user);
// Nothing happens for one that ended before.
[[nodiscard]] Result<EndedNames> end_grant(Documents& documents, UserId const& user,
                                           std::string const& grant, request::Prepared& prepared);
// And the grants that were given for as long as it lasts (online access).
[[nodiscard]] Result<EndedNames> end_session(Documents& documents, UserId const& user,
                                             std::string const& session,
                                             request::Prepared& prepared);

}  // namespace salus::identity

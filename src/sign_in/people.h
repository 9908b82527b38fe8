// People by their name and id, as far as they may sign in. Belongs to one thread, as the records
// do.
#pragma once

#include <optional>
#include <string_view>

#include "identity/documents.h"
#include "identity/live_session.h"
#include "identity/user.h"

namespace salus::sign_in {

using StoredUser = identity::Stored<identity::User>;
using identity::active_user;

// `typed`: as typed. As much is read for a name that nobody has as for one that somebody has, once
// the tenant has users (N1, identity/stand_in.h).
[[nodiscard]] Result<std::optional<StoredUser>> user_named(identity::Documents& documents,
                                                           std::string_view typed);
[[nodiscard]] Result<void> save(identity::Documents& documents, StoredUser const& user,
                                request::Prepared& prepared);

}  // namespace salus::sign_in

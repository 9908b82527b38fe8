// Which clients want to be told that a session ended (OpenID Connect Back-Channel Logout 1.0
// section 2.2), for who ends one (identity/endings.h).
#pragma once

#include "identity/endings.h"
#include "oauth/client_directory.h"

namespace salus::oauth {

[[nodiscard]] identity::LogoutWish wish_of(Client const& client) noexcept;
// Borrows all but the name. Belongs to the thread of the directory.
[[nodiscard]] identity::LogoutTelling logout_telling(TenantName const& tenant,
                                                     ClientDirectory& clients,
                                                     identity::WaitingLogouts& waiting);

}  // namespace salus::oauth

// Inside the room: what an administrator says of a user, as JSON. Any thread.
#pragma once

#include "identity/user.h"

namespace salus::identity {

// Of a new user. Errc::invalid with what is wrong; unknown members are refused.
[[nodiscard]] Result<void> read_user_members(json::Value root, User& user);
// Of one that is there: what is not said stays. A user name never changes.
[[nodiscard]] Result<void> change_user_members(json::Value root, User& user);
// `provider_subject`, which is of the provider that is configured now (`issuer`; empty: none). An
// empty text takes the account away.
[[nodiscard]] Result<void> change_outside_account(json::Value root, std::string const& issuer,
                                                  User& user);
// Whether a member is true.
[[nodiscard]] bool asks(json::Value root, std::string_view name);

}  // namespace salus::identity

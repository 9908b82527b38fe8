// Whether a password is right, at the same cost for whoever has none (N1). Hundreds of
// milliseconds: holds a place (hashing_places.h), and is not for an event loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sign_in/desk.h"
#include "sign_in/people.h"

namespace salus::sign_in {

struct PasswordCheck {
    bool right = false;
    std::string renewed{};  // the record at today's cost; empty: it has that already
};
[[nodiscard]] Result<PasswordCheck> check_password(Desk const& desk, std::string_view typed,
                                                   std::optional<StoredUser> const& user);

}  // namespace salus::sign_in
